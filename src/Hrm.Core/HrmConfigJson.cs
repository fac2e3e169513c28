using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hrm.Core;

/// <summary>Reads and writes <see cref="HrmConfig"/> as JSON, strictly: unknown and repeated keys are errors.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true,
    MaxDepth = 8,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false)]
[JsonSerializable(typeof(HrmConfig))]
internal sealed partial class HrmConfigJson : JsonSerializerContext
{
    public static string Write(HrmConfig config) => JsonSerializer.Serialize(config, Default.HrmConfig) + "\n";

    public static HrmConfig ReadFile(string path) => Read(SmallTextFile.ReadConfig(path), path);

    public static HrmConfig Read(string json, string source)
    {
        ArgumentNullException.ThrowIfNull(json);
        try
        {
            var config = JsonSerializer.Deserialize(json, Default.HrmConfig)
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
