namespace Sightglass.Sqlite.Database;

/// <summary>The tables, as numbered steps from an empty database. A step that was released never changes; new ones are added.</summary>
/// <remarks>
/// Foreign keys are not declared: SQLite would look up the parent of every block, and only the writer inserts.
/// Statuses are stored as the numbers of the enum, kinds likewise, moments as microseconds since 1970 UTC.
/// </remarks>
internal static class Schema
{
    /// <summary>"SGLS": tells tools whose database this is.</summary>
    public const int ApplicationId = 0x53474C53;

    /// <summary>The full-text index, as its step makes it.</summary>
    public const string SearchIndex = "CREATE VIRTUAL TABLE search USING fts5 (tokens, content = '', columnsize = 0, detail = 'none', tokenize = 'ascii');";

    public static int Version => Steps.Length;

    public static readonly string[] Steps =
    [
        """
        PRAGMA application_id = 1397181523;

        CREATE TABLE executions (
            key INTEGER PRIMARY KEY AUTOINCREMENT,
            id BLOB NOT NULL UNIQUE,
            status INTEGER NOT NULL,
            child INTEGER NOT NULL,
            created INTEGER NOT NULL,
            ended INTEGER,
            next_due INTEGER,
            pipeline TEXT NOT NULL,
            organization TEXT NOT NULL,
            external_id TEXT,
            parent BLOB,
            details TEXT NOT NULL
        ) STRICT;

        -- Each list seeks to one end of (scope, status, child) and walks by creation.
        CREATE INDEX executions_by_status ON executions (status, child, created);
        CREATE INDEX executions_by_organization ON executions (organization, status, child, created);
        CREATE INDEX executions_by_pipeline ON executions (pipeline, status, child, created);
        CREATE INDEX executions_by_external_id ON executions (external_id) WHERE external_id IS NOT NULL;
        CREATE INDEX executions_by_end ON executions (ended) WHERE ended IS NOT NULL;
        CREATE INDEX executions_by_due ON executions (next_due) WHERE next_due IS NOT NULL;

        -- What every append changes, apart from the summaries: the heads of 200 executions share a page.
        CREATE TABLE heads (
            execution INTEGER PRIMARY KEY,
            epoch INTEGER NOT NULL,
            last_seq INTEGER NOT NULL
        ) STRICT;

        -- The bytes stand last, so that the other columns are read without them.
        CREATE TABLE blocks (
            position INTEGER PRIMARY KEY,
            execution INTEGER NOT NULL,
            first_seq INTEGER NOT NULL,
            count INTEGER NOT NULL,
            kind INTEGER NOT NULL,
            bytes BLOB NOT NULL
        ) STRICT;

        -- With the kind, so that a recovery skips reports without touching them.
        CREATE INDEX blocks_by_execution ON blocks (execution, first_seq, kind);

        -- Positions up to here were given out: whoever deletes the newest blocks raises it first.
        CREATE TABLE positions (floor INTEGER NOT NULL) STRICT;
        INSERT INTO positions VALUES (0);

        CREATE TABLE stored_values (
            key INTEGER PRIMARY KEY AUTOINCREMENT,
            hash BLOB NOT NULL UNIQUE,
            bytes BLOB NOT NULL
        ) STRICT;

        CREATE TABLE execution_values (
            execution INTEGER NOT NULL,
            value INTEGER NOT NULL,
            PRIMARY KEY (execution, value)
        ) STRICT, WITHOUT ROWID;

        -- Who else needs a value, when an execution is deleted.
        CREATE INDEX execution_values_by_value ON execution_values (value);
        """,
        """
        -- The row's number is not the key's order: lists walk the index of the constraint.
        CREATE TABLE records (
            row INTEGER PRIMARY KEY,
            organization TEXT NOT NULL,
            collection TEXT NOT NULL,
            key TEXT NOT NULL,
            version INTEGER NOT NULL,
            expires INTEGER,
            bytes BLOB NOT NULL,
            UNIQUE (organization, collection, key)
        ) STRICT;

        CREATE INDEX records_by_expiry ON records (expires) WHERE expires IS NOT NULL;

        -- The last version given out: a version is never used again, also after its record is gone.
        CREATE TABLE record_versions (last INTEGER NOT NULL) STRICT;
        INSERT INTO record_versions VALUES (0);
        """,
        """
        -- Tells a damaged block, wherever it is read; null in blocks that an earlier version wrote.
        ALTER TABLE blocks ADD COLUMN crc INTEGER;

        -- A checksum for each piece of a value, so that a range can be checked without reading all of it.
        CREATE TABLE value_checks (
            value INTEGER PRIMARY KEY,
            crcs BLOB NOT NULL
        ) STRICT;

        CREATE INDEX executions_by_parent ON executions (parent) WHERE parent IS NOT NULL;

        CREATE TABLE tombstones (
            execution INTEGER PRIMARY KEY,
            id BLOB NOT NULL UNIQUE,
            erased INTEGER NOT NULL,
            by TEXT NOT NULL,
            reason TEXT,
            pipeline TEXT NOT NULL,
            organization TEXT NOT NULL
        ) STRICT;

        -- Deleted executions of which something is left to remove.
        CREATE TABLE erasures (
            execution INTEGER PRIMARY KEY,
            root INTEGER NOT NULL
        ) STRICT;
        """,
        $"""
        -- What a search goes by, written once, with the execution: its place in the order of creation, its tokens, and the
        -- beginning of its input, which lists show.
        CREATE TABLE searched (
            execution INTEGER PRIMARY KEY,
            place INTEGER NOT NULL,
            scope TEXT NOT NULL,
            tokens TEXT NOT NULL,
            input TEXT
        ) STRICT;

        CREATE TABLE places (
            place INTEGER PRIMARY KEY,
            execution INTEGER NOT NULL
        ) STRICT;

        -- What the end of an execution adds: the tokens of its error, and its output.
        CREATE TABLE endings (
            execution INTEGER PRIMARY KEY,
            tokens TEXT NOT NULL,
            output TEXT
        ) STRICT;

        -- Ended executions by place; those that have not ended, and these here, are searched row by row.
        {SearchIndex}

        CREATE TABLE unindexed (
            execution INTEGER PRIMARY KEY
        ) STRICT;

        -- Executions up to this key were written by a version that had no search.
        CREATE TABLE unfilled (upto INTEGER NOT NULL) STRICT;
        INSERT INTO unfilled SELECT coalesce(max(key), 0) FROM executions;
        """,
        """
        -- Tells a damaged tombstone; null in those that an earlier version wrote.
        ALTER TABLE tombstones ADD COLUMN crc INTEGER;
        """,
    ];
}
