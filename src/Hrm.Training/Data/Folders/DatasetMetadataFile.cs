using System.Text;
using System.Text.Json;
using Hrm.Core;

namespace Hrm.Training;

/// <summary>Reads and writes <c>dataset.json</c>.</summary>
internal static class DatasetMetadataFile
{
    private const int MaxBytes = 1 << 20;
    public const int MaxSequenceLength = 1 << 16; // as a model's config: a batch is some hundred times as large
    private const int MaxSets = 256;

    /// <summary>Reads the metadata; <see langword="null"/> where something was found.</summary>
    public static PuzzleDatasetMetadata? Read(string path, DatasetFindings findings)
    {
        try
        {
            var text = SmallTextFile.Read(path, MaxBytes, (problem, cause) => new DatasetFormatException(path, problem, cause));
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 8, AllowDuplicateProperties = false });
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? Read(new DatasetMetadataFields(path, document.RootElement, findings))
                : throw new DatasetFormatException(path, $"expected a JSON object, got {document.RootElement.ValueKind}");
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The second where a name has half of a surrogate pair in it.
            var problem = new DatasetFormatException(path, exception is JsonException error ? JsonFault.Describe(error) : exception.Message, exception);
            return findings.TryTake(problem, path) ? null : throw problem;
        }
        catch (HrmException exception) when (findings.TryTake(exception, path))
        {
            return null;
        }
    }

    /// <summary>Writes the metadata, with the number of puzzles, which the loader of the tiny recursive model demands.</summary>
    public static void Write(string path, PuzzleDatasetMetadata metadata, int puzzles)
    {
        var text =
            $"{{\"pad_id\": {PythonJson.Integer(metadata.PadId)}, "
            + $"\"ignore_label_id\": {PythonJson.Integer(metadata.IgnoreLabelId)}, "
            + $"\"blank_identifier_id\": {PythonJson.Integer(metadata.BlankIdentifierId)}, "
            + $"\"vocab_size\": {PythonJson.Integer(metadata.VocabularySize)}, "
            + $"\"seq_len\": {PythonJson.Integer(metadata.SequenceLength)}, "
            + $"\"num_puzzle_identifiers\": {PythonJson.Integer(metadata.PuzzleIdCount)}, "
            + $"\"total_groups\": {PythonJson.Integer(metadata.TotalGroups)}, "
            + $"\"mean_puzzle_examples\": {PythonJson.Float(metadata.MeanPuzzleExamples)}, "
            + $"\"total_puzzles\": {PythonJson.Integer(puzzles)}, "
            + $"\"sets\": [{string.Join(", ", metadata.Sets.Select(PythonJson.Text))}]}}";
        AtomicFile.Write(path, stream => stream.Write(Encoding.ASCII.GetBytes(text)));
    }

    private static PuzzleDatasetMetadata? Read(DatasetMetadataFields fields)
    {
        var vocabulary = fields.Integer("vocab_size", 1, int.MaxValue);
        var ids = fields.Integer("num_puzzle_identifiers", 1, int.MaxValue);
        var metadata = new PuzzleDatasetMetadata
        {
            PadId = fields.Integer("pad_id", 0, fields.IsGood ? vocabulary - 1 : int.MaxValue),
            // The least of all integers is what a stored value too small for one reads as.
            IgnoreLabelId = fields.IntegerOrNull("ignore_label_id", int.MinValue + 1, int.MaxValue),
            BlankIdentifierId = fields.Integer("blank_identifier_id", 0, fields.IsGood ? ids - 1 : int.MaxValue),
            VocabularySize = vocabulary,
            SequenceLength = fields.Integer("seq_len", 1, MaxSequenceLength),
            PuzzleIdCount = ids,
            TotalGroups = fields.Integer("total_groups", 1, int.MaxValue),
            MeanPuzzleExamples = fields.PositiveNumber("mean_puzzle_examples"),
            Sets = fields.Names("sets", MaxSets),
        };
        return fields.IsGood ? metadata : null;
    }
}
