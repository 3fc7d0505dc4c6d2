namespace Sightglass.Core.Ports;

/// <summary>Which records to list.</summary>
public sealed record RecordQuery
{
    /// <summary>A page ends with the record that reaches this many bytes of content.</summary>
    public const int PageBytes = 4 * 1024 * 1024;

    /// <summary>Gets the organisation.</summary>
    public required string Organization { get; init; }

    /// <summary>Gets the collection.</summary>
    public required string Collection { get; init; }

    /// <summary>Gets what the keys begin with.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>Gets the key after which the page begins: <see cref="RecordPage.Next"/> of the page before.</summary>
    public string? After { get; init; }

    /// <summary>Gets how many to return, 1 to 1000.</summary>
    /// <value>100.</value>
    public int Limit { get; init; } = 100;

    /// <summary>Refuses a query that no store answers. Every store calls it first.</summary>
    /// <exception cref="ArgumentException">A name is malformed, or the limit is not 1 to 1000.</exception>
    public void Validate()
    {
        RecordKey.Check(Organization, RecordKey.MaxOrganizationBytes, "organisation");
        RecordKey.Check(Collection, RecordKey.MaxCollectionBytes, "collection");
        RecordKey.Check(Prefix, RecordKey.MaxKeyBytes, "prefix", mayBeEmpty: true);
        if (After is not null) RecordKey.Check(After, RecordKey.MaxKeyBytes, "cursor");
        if (Limit is < 1 or > ExecutionQuery.MaxLimit) throw new ArgumentException($"The limit is {Limit}; it may be 1 to {ExecutionQuery.MaxLimit}.");
    }
}

/// <summary>A page of records.</summary>
/// <param name="Items">The records, by key in the order of <see cref="RecordKey.Compare"/>.</param>
/// <param name="Next">Where the next page begins, <see langword="null"/> at the end.</param>
public sealed record RecordPage(IReadOnlyList<StoredRecord> Items, string? Next);
