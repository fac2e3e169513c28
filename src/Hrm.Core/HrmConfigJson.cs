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
            var errors = HrmConfigRules.Check(config, isOfFile: true);
            return errors.Count == 0 ? config : throw new InvalidConfigException(source, errors);
        }
        catch (JsonException error)
        {
            throw new InvalidConfigException(source, [JsonFault.Describe(error)]);
        }
    }
}
