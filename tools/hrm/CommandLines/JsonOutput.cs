using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace Hrm.Tool;

/// <summary>Results for scripts: one line of JSON per object on the standard output.</summary>
internal static class JsonOutput
{
    // The output is not part of an HTML page.
    private static readonly JsonSerializerOptions Readable = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
    };

    public static void Write(JsonObject result) => Console.Out.WriteLine(result.ToJsonString(Readable));

    /// <summary>Converts a number; JSON has no infinity and no NaN, which become <see langword="null"/>.</summary>
    public static JsonNode? Number(double? value) => value is { } number && double.IsFinite(number) ? JsonValue.Create(number) : null;
}
