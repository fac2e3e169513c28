using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Hrm.Training;

/// <summary>Reads and writes <c>dataset.json</c> and <c>identifiers.json</c>. The bytes written are those of Python's json module.</summary>
internal static class DatasetJson
{
    public const int MaxSequenceLength = 1 << 16; // as in a model's config

    private const int MaxMetadataBytes = 1 << 20;
    private const int MaxIdentifiersBytes = 1 << 28;

    /// <summary>Reads the metadata of a split.</summary>
    /// <exception cref="HrmFileException">The file is not readable.</exception>
    /// <exception cref="HrmFormatException">A key is missing or its value is not valid.</exception>
    public static PuzzleDatasetMetadata ReadMetadata(string path)
    {
        var metadata = Read(path, MaxMetadataBytes, DatasetJsonContext.Default.PuzzleDatasetMetadata);
        var isOneName = metadata.Sets is [{ } name] && DatasetNames.IsPlain(name);
        var errors = new RangeRules()
            .Between("vocab_size", metadata.VocabularySize, 1, int.MaxValue)
            .Between("num_puzzle_identifiers", metadata.PuzzleIdCount, 1, int.MaxValue)
            // A stored label below the smallest integer is read as the smallest integer.
            .Between("ignore_label_id", metadata.IgnoreLabelId ?? 0, int.MinValue + 1, int.MaxValue)
            .Between("pad_id", metadata.PadId, 0, 0)
            .Between("blank_identifier_id", metadata.BlankIdentifierId, 0, 0)
            .Between("seq_len", metadata.SequenceLength, 1, MaxSequenceLength)
            .Check("sets", Quote.Text(string.Join(", ", metadata.Sets)), isOneName, $"one name of {DatasetNames.PlainName}")
            .Errors;
        return errors.Count == 0 ? metadata : throw new HrmFormatException(string.Join("; ", errors), path);
    }

    /// <summary>Writes the metadata, with the number of puzzles, which the loader of the tiny recursive model requires.</summary>
    public static void WriteMetadata(string path, PuzzleDatasetOptions options, int idCount, int groups, int puzzles, int examples)
    {
        var ignored = options.IgnoreLabelId?.ToString(CultureInfo.InvariantCulture) ?? "null";
        var mean = ((double)examples / puzzles).ToString("R", CultureInfo.InvariantCulture);
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"{{\"pad_id\": 0, \"ignore_label_id\": {ignored}, \"blank_identifier_id\": 0, \"vocab_size\": {options.VocabularySize}, "
            + $"\"seq_len\": {options.SequenceLength}, \"num_puzzle_identifiers\": {idCount}, \"total_groups\": {groups}, "
            + $"\"mean_puzzle_examples\": {(mean.Contains('.') ? mean : mean + ".0")}, \"total_puzzles\": {puzzles}, \"sets\": [\"{DatasetNames.Set}\"]}}");
        AtomicFile.Write(path, stream => stream.Write(Encoding.ASCII.GetBytes(text)));
    }

    /// <summary>Reads the name of each puzzle id.</summary>
    /// <exception cref="HrmFileException">The file is not readable.</exception>
    /// <exception cref="HrmFormatException">The file is too long or not a list of strings.</exception>
    public static IReadOnlyList<string> ReadIdentifiers(string path)
    {
        var identifiers = Read(path, MaxIdentifiersBytes, DatasetJsonContext.Default.StringArray);
        return Array.IndexOf<string?>(identifiers, null) is >= 0 and var missing
            ? throw new HrmFormatException(FormattableString.Invariant($"[{missing}]: expected a string, got null"), path)
            : identifiers;
    }

    public static void WriteIdentifiers(string path, IReadOnlyList<string> identifiers)
        => AtomicFile.Write(path, stream => stream.Write(Encoding.ASCII.GetBytes(List(identifiers))));

    /// <summary>The SHA-256 of the file that <see cref="WriteIdentifiers"/> writes.</summary>
    public static string HashOf(IReadOnlyList<string> identifiers) => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(List(identifiers))));

    /// <summary>Rejects identifiers that occur twice, and another name than <see cref="DatasetNames.Blank"/> for id 0.</summary>
    /// <exception cref="HrmFormatException">An identifier is not valid.</exception>
    public static void CheckIdentifiers(string path, IReadOnlyList<string> identifiers)
    {
        if (identifiers.Count > 0 && identifiers[0] != DatasetNames.Blank)
        {
            throw new HrmFormatException($"[0]: expected {Quote.Text(DatasetNames.Blank)}, the id of no puzzle, got {Quote.Text(identifiers[0])}", path);
        }

        var first = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var id = 0; id < identifiers.Count; id++)
        {
            if (!first.TryAdd(identifiers[id], id))
            {
                throw new HrmFormatException($"[{id}]: expected different identifiers, got {Quote.Text(identifiers[id])} as at [{first[identifiers[id]]}]", path);
            }
        }
    }

    private static T Read<T>(string path, int maxBytes, JsonTypeInfo<T> type)
        where T : class
        => JsonFault.Guard(path, () => JsonSerializer.Deserialize(SmallTextFile.Read(path, maxBytes), type));

    /// <summary>A list of strings in which everything except printable ASCII is escaped.</summary>
    private static string List(IReadOnlyList<string> texts)
    {
        var list = new StringBuilder("[");
        for (var i = 0; i < texts.Count; i++)
        {
            list.Append(i == 0 ? "\"" : ", \"");
            foreach (var character in texts[i])
            {
                _ = character switch
                {
                    '"' => list.Append("\\\""),
                    '\\' => list.Append("\\\\"),
                    '\n' => list.Append("\\n"),
                    '\r' => list.Append("\\r"),
                    '\t' => list.Append("\\t"),
                    '\b' => list.Append("\\b"),
                    '\f' => list.Append("\\f"),
                    >= ' ' and <= '~' => list.Append(character),
                    _ => list.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}"),
                };
            }

            list.Append('"');
        }

        return list.Append(']').ToString();
    }
}

/// <summary>The contents of <c>dataset.json</c>, the metadata of a split.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
internal sealed record PuzzleDatasetMetadata
{
    /// <summary>The stored value of an ignored label; <see langword="null"/> if every label counts.</summary>
    public required int? IgnoreLabelId { get; init; }

    /// <summary>The padding token, which must be 0.</summary>
    public int PadId { get; init; }

    /// <summary>The id of no puzzle, which must be 0.</summary>
    public int BlankIdentifierId { get; init; }

    [JsonPropertyName("vocab_size")]
    public required int VocabularySize { get; init; }

    [JsonPropertyName("seq_len")]
    public required int SequenceLength { get; init; }

    [JsonPropertyName("num_puzzle_identifiers")]
    public required int PuzzleIdCount { get; init; }

    /// <summary>The names of the sets. Every builder of the authors writes one, and only one is read.</summary>
    public required IReadOnlyList<string> Sets { get; init; }
}

/// <inheritdoc cref="CheckpointJson"/>
[JsonSourceGenerationOptions(
    MaxDepth = 8,
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(PuzzleDatasetMetadata))]
[JsonSerializable(typeof(string[]))]
internal sealed partial class DatasetJsonContext : JsonSerializerContext;
