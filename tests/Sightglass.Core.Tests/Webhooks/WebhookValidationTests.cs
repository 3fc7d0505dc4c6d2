using Sightglass.Core.Definitions;
using Sightglass.Core.Tests.Definitions;
using Xunit;

namespace Sightglass.Core.Tests.Webhooks;

public sealed class WebhookValidationTests
{
    [Theory]
    [InlineData("{ on: [failed] }", ProblemCodes.Missing, "webhooks[0].url", "1:12", "https://")]
    [InlineData("{ url: 'ftp://x' }", ProblemCodes.UnknownValue, "webhooks[0].url", "1:19", "https://")]
    [InlineData("{ url: 'https://me:word@x' }", ProblemCodes.UnknownValue, "webhooks[0].url", "1:19", "header")]
    [InlineData("{ url: 'https://x/${{ inputs.a }}' }", ProblemCodes.BadExpression, "webhooks[0].url", "1:19", "secrets")]
    [InlineData("{ url: 'https://x', on: [finished] }", ProblemCodes.UnknownValue, "webhooks[0].on[0]", "1:37", "stage.completed")]
    [InlineData("{ url: 'https://x', on: failed }", ProblemCodes.WrongType, "webhooks[0].on", "1:36", "[failed]")]
    [InlineData("{ url: 'https://x', on: [stage.failed], stages: [aa] }", ProblemCodes.UnknownStage, "webhooks[0].stages[0]", "1:61", "'a'")]
    [InlineData("{ url: 'https://x', stages: [a] }", ProblemCodes.Misplaced, "webhooks[0].stages", "1:40", "stage.failed")]
    [InlineData("{ url: 'https://x', headers: { Host: y } }", ProblemCodes.Misplaced, "webhooks[0].headers.Host", "1:49", "remove")]
    [InlineData("{ url: 'https://x', headers: { 'a b': y } }", ProblemCodes.InvalidId, "webhooks[0].headers.a b", "1:50", "letters")]
    [InlineData("{ url: 'https://x', secret: plain }", ProblemCodes.SecretNotAllowed, "webhooks[0].secret", "1:40", "secrets.HOOK")]
    [InlineData("{ url: 'https://x', secret: '${{ secrets.NONE }}' }", ProblemCodes.MissingSecret, "webhooks[0].secret", "1:40", "SIGHTGLASS_SECRET_NONE")]
    public void Read_names_the_place_and_what_to_write_when_a_webhook_is_wrong(string webhook, string code, string path, string place, string suggestion)
    {
        var options = new DefinitionReadOptions { HasSecret = name => name != "NONE" };

        var problem = Assert.Single(Read.Yaml($"webhooks: [{webhook}]\nstages: [{{ id: a, shell: {{ run: 'true' }} }}]", options).Problems);

        Assert.Equal((code, path, place), (problem.Code, problem.Path, $"{problem.Line}:{problem.Column}"));
        Assert.Contains(suggestion, problem.Suggestion, StringComparison.Ordinal);
    }
}
