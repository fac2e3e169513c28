using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hrm.Core;

/// <summary>Reads and writes <see cref="HrmConfig"/> as JSON, strictly: unknown and repeated keys are errors.</summary>
internal static class HrmConfigJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        WriteIndented = true,
        MaxDepth = 8,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
    };

    public static string Write(HrmConfig config) => JsonSerializer.Serialize(config, Options) + "\n";

    public static HrmConfig ReadFile(string path) => Read(SmallTextFile.ReadConfig(path), path);

    public static HrmConfig Read(string json, string source)
    {
        ArgumentNullException.ThrowIfNull(json);
        try
        {
            var config = JsonSerializer.Deserialize<HrmConfig>(json, Options)
                ?? throw new InvalidConfigException(source, ["expected a JSON object, got null"]);
            var errors = HrmConfigRules.Check(config);
            return errors.Count == 0 ? config : throw new InvalidConfigException(source, errors);
        }
        catch (JsonException error)
        {
            throw new InvalidConfigException(source, [$"line {error.LineNumber + 1}, {error.Path ?? "$"}: {Reason(error)}"]);
        }
    }

    /// <summary>The message without the place that the serializer appends to it, where lines count from 0.</summary>
    private static string Reason(JsonException error)
    {
        var place = error.Message.IndexOf(" Path: $", StringComparison.Ordinal);
        return (place < 0 ? error.Message : error.Message[..place]).TrimEnd('.');
    }
}
