using System.Text.Json;

namespace Sightglass.Server.Access.Accounts;

/// <summary>Accounts as admins see them; never with what is kept of a password.</summary>
internal static class UserJson
{
    public static void Write(Utf8JsonWriter writer, Account account)
    {
        writer.WriteStartObject();
        writer.WriteString("name"u8, account.Name);
        writer.WriteString("organization"u8, account.Organization);
        writer.WriteString("role"u8, account.Role.ToWire());
        WriteGrants(writer, account.Grants);
        writer.WriteBoolean("hasPassword"u8, account.Password is not null);
        writer.WriteString("identity"u8, account.Identity);
        writer.WriteBoolean("disabled"u8, account.IsDisabled);
        writer.WriteNumber("createdAt"u8, account.CreatedAt.ToUnixTimeMilliseconds());
        writer.WriteString("createdBy"u8, account.CreatedBy);
        if (account.LastLoginAt is { } last) writer.WriteNumber("lastLoginAt"u8, last.ToUnixTimeMilliseconds());
        else writer.WriteNull("lastLoginAt"u8);
        writer.WriteEndObject();
    }

    public static void WriteGrants(Utf8JsonWriter writer, IReadOnlyDictionary<string, Role>? grants)
    {
        writer.WriteStartObject("grants"u8);
        foreach (var (pipeline, role) in grants ?? Caller.Local.Grants) writer.WriteString(pipeline, role.ToWire());
        writer.WriteEndObject();
    }
}
