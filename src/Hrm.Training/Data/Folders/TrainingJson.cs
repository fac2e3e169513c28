using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hrm.Training;

/// <summary>Generated JSON code: trimmed, native and file-based applications have no reflection for it.</summary>
/// <remarks>It sets an init-only property whose key is missing to null or 0, not to the property's default.</remarks>
[JsonSourceGenerationOptions(
    WriteIndented = true,
    MaxDepth = 8,
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    UseStringEnumConverter = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(PuzzleDatasetMetadata))]
[JsonSerializable(typeof(string[]))]
internal sealed partial class TrainingJson : JsonSerializerContext;
