using SQLitePCL;

namespace Sightglass.Sqlite.Database;

/// <summary>A prepared statement; parameters count from 1, columns from 0.</summary>
internal sealed class Statement(Connection connection, sqlite3_stmt handle) : IDisposable
{
    public Statement Bind(int index, long value)
    {
        connection.Check(raw.sqlite3_bind_int64(handle, index, value));
        return this;
    }

    public Statement Bind(int index, long? value) => value is { } v ? Bind(index, v) : BindNull(index);

    public Statement Bind(int index, string? value)
    {
        if (value is null) return BindNull(index);
        connection.Check(raw.sqlite3_bind_text(handle, index, value));
        return this;
    }

    public Statement Bind(int index, ReadOnlySpan<byte> value)
    {
        // An empty span would be bound as NULL.
        connection.Check(value.IsEmpty ? raw.sqlite3_bind_zeroblob(handle, index, 0) : raw.sqlite3_bind_blob(handle, index, value));
        return this;
    }

    public Statement Bind(int index, Guid value)
    {
        Span<byte> bytes = stackalloc byte[16];
        value.TryWriteBytes(bytes, bigEndian: true, out _);
        return Bind(index, (ReadOnlySpan<byte>)bytes);
    }

    public Statement Bind(int index, Guid? value) => value is { } v ? Bind(index, v) : BindNull(index);

    /// <summary>Binds a parameter that this statement may not have.</summary>
    public Statement BindIfAny(int index, long value) => index <= raw.sqlite3_bind_parameter_count(handle) ? Bind(index, value) : this;

    /// <summary>Binds a parameter that this statement may not have.</summary>
    public Statement BindIfAny(int index, string value) => index <= raw.sqlite3_bind_parameter_count(handle) ? Bind(index, value) : this;

    /// <summary>Goes to the next row.</summary>
    /// <returns>Whether there is one. Without one, the statement is ready to be run again.</returns>
    public bool Step()
    {
        var result = raw.sqlite3_step(handle);
        if (result == raw.SQLITE_ROW) return true;
        if (result == raw.SQLITE_DONE)
        {
            raw.sqlite3_reset(handle);
            return false;
        }

        // The message has to be read before the reset.
        var failure = connection.Failure(result);
        raw.sqlite3_reset(handle);
        throw failure;
    }

    /// <summary>Runs a statement whose rows are of no interest.</summary>
    public void Run()
    {
        if (Step()) Reset();
    }

    public void Reset() => raw.sqlite3_reset(handle);

    /// <summary>Lets go of bound buffers, which SQLite has copied.</summary>
    public void Clear() => raw.sqlite3_clear_bindings(handle);

    public long Int64(int column) => raw.sqlite3_column_int64(handle, column);

    public int Int32(int column) => raw.sqlite3_column_int(handle, column);

    public bool IsNull(int column) => raw.sqlite3_column_type(handle, column) == raw.SQLITE_NULL;

    public long? NullableInt64(int column) => IsNull(column) ? null : Int64(column);

    public string Text(int column) => raw.sqlite3_column_text(handle, column).utf8_to_string();

    public string? NullableText(int column) => IsNull(column) ? null : Text(column);

    public ReadOnlySpan<byte> Blob(int column) => raw.sqlite3_column_blob(handle, column);

    public Guid Guid(int column) => new(Blob(column), bigEndian: true);

    public Guid? NullableGuid(int column) => IsNull(column) ? null : Guid(column);

    public void Dispose() => handle.Dispose();

    private Statement BindNull(int index)
    {
        connection.Check(raw.sqlite3_bind_null(handle, index));
        return this;
    }
}
