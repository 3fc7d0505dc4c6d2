namespace Sightglass.Core.Definitions;

/// <summary>The stable codes of <see cref="Problem"/>; none is ever reused for another meaning.</summary>
public static class ProblemCodes
{
    /// <summary>The file could not be read.</summary>
    public const string Unreadable = "unreadable";

    /// <summary>The file is larger than 1 MB.</summary>
    public const string TooLarge = "too_large";

    /// <summary>The file is not UTF-8 text.</summary>
    public const string NotText = "not_text";

    /// <summary>The file holds nothing.</summary>
    public const string Empty = "empty";

    /// <summary>The file is not YAML.</summary>
    public const string BadYaml = "bad_yaml";

    /// <summary>The file is not JSON.</summary>
    public const string BadJson = "bad_json";

    /// <summary>Something is nested more than 64 levels deep.</summary>
    public const string TooDeep = "too_deep";

    /// <summary>There are more than 10,000 stages.</summary>
    public const string TooManyStages = "too_many_stages";

    /// <summary>A folder holds more pipelines than are listed.</summary>
    public const string TooManyFiles = "too_many_files";

    /// <summary>There are more problems than are listed.</summary>
    public const string TooManyProblems = "too_many_problems";

    /// <summary>The aliases of a YAML file would expand beyond their limit.</summary>
    public const string AliasLimit = "alias_limit";

    /// <summary>An alias names no anchor.</summary>
    public const string UnknownAlias = "unknown_alias";

    /// <summary>A YAML tag is not one of the plain types.</summary>
    public const string TagRefused = "tag_refused";

    /// <summary>A file holds more than one YAML document.</summary>
    public const string SeveralDocuments = "several_documents";

    /// <summary>A key is given twice.</summary>
    public const string DuplicateKey = "duplicate_key";

    /// <summary>A key is no text, or too long.</summary>
    public const string BadKey = "bad_key";

    /// <summary>A key is not known.</summary>
    public const string UnknownKey = "unknown_key";

    /// <summary>A value has the wrong type.</summary>
    public const string WrongType = "wrong_type";

    /// <summary>A value is none of those allowed.</summary>
    public const string UnknownValue = "unknown_value";

    /// <summary>A number lies outside its range.</summary>
    public const string OutOfRange = "out_of_range";

    /// <summary>A duration cannot be read.</summary>
    public const string BadDuration = "bad_duration";

    /// <summary>A cron expression cannot be read.</summary>
    public const string BadCron = "bad_cron";

    /// <summary>A time zone is not known.</summary>
    public const string UnknownTimeZone = "unknown_time_zone";

    /// <summary>A moment cannot be read.</summary>
    public const string BadMoment = "bad_moment";

    /// <summary>No time fits a schedule.</summary>
    public const string NeverFires = "never_fires";

    /// <summary>A member that must be given is missing.</summary>
    public const string Missing = "missing";

    /// <summary>Several members are given of which one is allowed.</summary>
    public const string SeveralMembers = "several_members";

    /// <summary>An id is missing.</summary>
    public const string MissingId = "missing_id";

    /// <summary>An id has characters that are not allowed.</summary>
    public const string InvalidId = "invalid_id";

    /// <summary>An id is used twice.</summary>
    public const string DuplicateId = "duplicate_id";

    /// <summary>A stage is named that does not exist.</summary>
    public const string UnknownStage = "unknown_stage";

    /// <summary>Stages depend on each other in a circle.</summary>
    public const string Cycle = "cycle";

    /// <summary>A stage can never run.</summary>
    public const string UnreachableStage = "unreachable_stage";

    /// <summary>A stage has no body.</summary>
    public const string NoBody = "no_body";

    /// <summary>A stage has several bodies.</summary>
    public const string SeveralBodies = "several_bodies";

    /// <summary>The body of a stage is not that of its type.</summary>
    public const string BodyMismatch = "body_mismatch";

    /// <summary>A member stands on a stage whose type has no use for it.</summary>
    public const string Misplaced = "misplaced";

    /// <summary><c>${{ }}</c> stands in a script.</summary>
    public const string ExpressionInScript = "expression_in_script";

    /// <summary>An expression cannot be read.</summary>
    public const string BadExpression = "bad_expression";

    /// <summary>A name in an expression is not in scope.</summary>
    public const string UnknownName = "unknown_name";

    /// <summary>An input is named that is not declared.</summary>
    public const string UnknownInput = "unknown_input";

    /// <summary>A required input is not given.</summary>
    public const string MissingInput = "missing_input";

    /// <summary>An input is required and has a default.</summary>
    public const string RequiredWithDefault = "required_with_default";

    /// <summary>A secret is used where it would be recorded.</summary>
    public const string SecretNotAllowed = "secret_not_allowed";

    /// <summary>A secret is not configured.</summary>
    public const string MissingSecret = "missing_secret";

    /// <summary>An agent has no model.</summary>
    public const string MissingModel = "missing_model";

    /// <summary>A personality is named that does not exist.</summary>
    public const string UnknownPersonality = "unknown_personality";

    /// <summary>A pipeline is named that does not exist.</summary>
    public const string UnknownPipeline = "unknown_pipeline";

    /// <summary>Pipelines call each other deeper than 16 levels.</summary>
    public const string PipelineTooDeep = "pipeline_too_deep";
}
