using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Sightglass.Core.Definitions;

/// <summary>Binds what a run gives to what a pipeline declares.</summary>
public static class InputValidator
{
    /// <summary>Applies defaults and checks types, required inputs and allowed values.</summary>
    /// <remarks>
    /// A text fills the only required input, else the first declared one; where none is declared it is
    /// <c>inputs.input</c>. An object names inputs; where none is declared all of it is taken.
    /// </remarks>
    /// <param name="definition">The pipeline.</param>
    /// <param name="input">A text, an object, or null for none.</param>
    /// <param name="sets">Inputs given as text by name, converted to the declared type; they win over <paramref name="input"/>.</param>
    /// <param name="bound">The object that expressions see as <c>inputs</c>; of use only without problems.</param>
    /// <returns>All problems; their path is <c>inputs.NAME</c>.</returns>
    public static IReadOnlyList<Problem> Bind(
        PipelineDefinition definition,
        JsonElement? input,
        IReadOnlyDictionary<string, string>? sets,
        out JsonElement bound)
    {
        var binding = new Binding(definition);
        if (input is { } value) binding.Take(value);
        foreach (var (name, text) in sets ?? EmptyOf<string>.Value) binding.TakeText(name, text);
        bound = binding.Finish();
        return binding.Problems;
    }

    private sealed class Binding(PipelineDefinition definition)
    {
        private readonly Dictionary<string, JsonElement> _values = new(StringComparer.Ordinal);
        private readonly HashSet<string> _refused = new(StringComparer.Ordinal);

        public List<Problem> Problems { get; } = [];

        public void Take(JsonElement input)
        {
            if (!IsText(input))
            {
                _refused.UnionWith(definition.Inputs.Keys);
                Add(ProblemCodes.NotText, "inputs", "the input has half of a surrogate pair, such as \\ud83d alone", "send characters as they are, in UTF-8");
                return;
            }

            switch (input.ValueKind)
            {
                case JsonValueKind.Undefined or JsonValueKind.Null:
                    break;
                case JsonValueKind.String:
                    TakeWhole(input);
                    break;
                case JsonValueKind.Object:
                    foreach (var member in input.EnumerateObject()) Set(member.Name, member.Value);
                    break;
                default:
                    Add(ProblemCodes.WrongType, "inputs", $"the input expected text or a map, found {InputTypes.KindOf(input)}", "give a map: {\"name\": …}");
                    break;
            }
        }

        public void TakeText(string name, string text)
        {
            var type = definition.Inputs.TryGetValue(name, out var declared) ? declared.Type : "string";
            if (type == "string")
            {
                Set(name, Text(text));
                return;
            }

            try
            {
                using var document = JsonDocument.Parse(text);
                Set(name, document.RootElement.Clone());
            }
            catch (JsonException) when (type == "any")
            {
                Set(name, Text(text));
            }
            catch (JsonException)
            {
                _refused.Add(name);
                Add(ProblemCodes.WrongType, Path(name), $"'{name}' expected {InputTypes.Noun(type)}, found text", type is "object" or "array" ? "give it as JSON" : null);
            }
        }

        public JsonElement Finish()
        {
            foreach (var (name, declared) in definition.Inputs)
            {
                if (_values.TryGetValue(name, out var value)) Check(name, declared, value);
                else if (declared.Default is { } given) _values[name] = given;
                else if (declared.Required && !_refused.Contains(name)) Missing(name, declared);
            }

            return ToElement();
        }

        private void TakeWhole(JsonElement text)
        {
            if (definition.Inputs.Count == 0)
            {
                _values["input"] = text;
                return;
            }

            // A text for an input of another type is read as --set reads it: a form field or a shell has only texts.
            var required = definition.Inputs.Where(input => input.Value.Required).Select(input => input.Key).Take(2).ToList();
            TakeText(required.Count == 1 ? required[0] : definition.Inputs.First().Key, text.GetString()!);
        }

        private void Set(string name, JsonElement value)
        {
            if (definition.Inputs.Count == 0 || definition.Inputs.ContainsKey(name))
            {
                _values[name] = value;
                return;
            }

            var suggestion = Problems.Count < 50 ? Nearest.Phrase(name, definition.Inputs.Keys) : null;
            Add(ProblemCodes.UnknownInput, Path(name), $"there is no input '{Short(name)}'", suggestion ?? "the inputs are " + string.Join(", ", definition.Inputs.Keys.Take(20)));
        }

        private void Check(string name, InputDefinition declared, JsonElement value)
        {
            var isNothing = value.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined;
            if (isNothing && declared.Type != "any")
            {
                // Null is how clients spell that they give nothing.
                _values.Remove(name);
                if (declared.Default is { } given) _values[name] = given;
                else if (declared.Required) Missing(name, declared);
                return;
            }

            if (declared.Required && value.ValueKind == JsonValueKind.String && value.GetString()!.Length == 0)
            {
                Missing(name, declared);
            }
            else if (!InputTypes.Fits(value, declared.Type))
            {
                Add(ProblemCodes.WrongType, Path(name), $"'{name}' expected {InputTypes.Noun(declared.Type)}, found {InputTypes.KindOf(value)}", null);
            }
            else if (declared.Enum.Count > 0 && !declared.Enum.Any(allowed => JsonElement.DeepEquals(allowed, value)))
            {
                var nearest = value.ValueKind == JsonValueKind.String
                    ? Nearest.Phrase(value.GetString()!, declared.Enum.Where(allowed => allowed.ValueKind == JsonValueKind.String).Select(allowed => allowed.GetString()!))
                    : null;
                Add(ProblemCodes.UnknownValue, Path(name), $"'{name}' cannot be this value", nearest ?? "give one of " + string.Join(", ", declared.Enum.Take(20)));
            }
        }

        private void Missing(string name, InputDefinition declared) =>
            Add(ProblemCodes.MissingInput, Path(name), $"the input '{name}' is required", declared.Description is null ? $"give {InputTypes.Noun(declared.Type)}" : declared.Description);

        private JsonElement ToElement()
        {
            var buffer = new ArrayBufferWriter<byte>();
            using (var writer = new Utf8JsonWriter(buffer))
            {
                writer.WriteStartObject();
                foreach (var (name, value) in InOrder())
                {
                    writer.WritePropertyName(name);
                    value.WriteTo(writer);
                }

                writer.WriteEndObject();
            }

            var reader = new Utf8JsonReader(buffer.WrittenSpan, new JsonReaderOptions { MaxDepth = DefinitionLimits.InputDepth });
            return JsonElement.ParseValue(ref reader);
        }

        /// <summary>Gives the values in the order declared, so that the same input has the same bytes.</summary>
        private IEnumerable<(string, JsonElement)> InOrder()
        {
            if (definition.Inputs.Count == 0) return _values.Select(value => (value.Key, value.Value));
            return definition.Inputs.Keys.Where(_values.ContainsKey).Select(name => (name, _values[name]));
        }

        private static JsonElement Text(string text)
        {
            var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes($"\"{JsonEncodedText.Encode(Valid(text))}\""));
            return JsonElement.ParseValue(ref reader);
        }

        // JSON can spell half a character, which no text can hold: it would fail wherever it is read first.
        private static bool IsText(JsonElement input)
        {
            if (input.ValueKind == JsonValueKind.Undefined || JsonMarshal.GetRawUtf8Value(input).IndexOf("\\u"u8) < 0) return true;
            try
            {
                using var writer = new Utf8JsonWriter(Stream.Null);
                input.WriteTo(writer);
                return true;
            }
            catch (InvalidOperationException)
            {
                return false;
            }
        }

        // Half a surrogate pair, which a shell can pass, has no JSON.
        private static string Valid(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

        private static string Path(string name) => SourcePath.Join("inputs", name);

        private static string Short(string text) => text.Length <= 60 ? text : text[..60] + "…";

        private void Add(string code, string path, string message, string? suggestion)
        {
            if (Problems.Count < DefinitionLimits.Problems) Problems.Add(new Problem(code, ProblemSeverity.Error, message, suggestion, "", 0, 0, path));
        }
    }
}
