using Hrm.Core;
using Hrm.TestKit;

namespace Hrm.Training.Tests;

public sealed class PuzzleDatasetValidationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public PuzzleDatasetValidationTests() => SmallDataset.Write(Root, "test", "train");

    private string Root => _folder["data"];

    public void Dispose() => _folder.Dispose();

    /// <summary>In each row the array, its new data, and the problem. Valid are 0 2 3 5 6, 0 2 3 4 and 1 2 3 0.</summary>
    [Theory]
    [InlineData("puzzle_indices", new[] { 1, 2, 3, 5, 6 }, "[0]: expected 0, got 1")]
    [InlineData("puzzle_indices", new[] { 0, 2, 2, 5, 6 }, "[2]: expected more than 2, got 2")]
    [InlineData("puzzle_indices", new[] { 0, 2, 3, 5, 7 }, "[4]: expected 6, the number of examples, got 7")]
    [InlineData("puzzle_indices", new[] { 0, 2, 3, 5, 5 }, "[4]: expected 6, the number of examples, got 5")]
    [InlineData("puzzle_indices", new[] { 0, 2, 1, 5, 6 }, "[2]: expected more than 2, got 1")]
    [InlineData("puzzle_indices", new[] { 0 }, "shape: expected one axis of length 2 … 7, got (1)")]
    [InlineData("puzzle_indices", new[] { 0, 1, 2, 3, 4, 5, 6, 6 }, "shape: expected one axis of length 2 … 7, got (8)")]
    [InlineData("group_indices", new[] { 1, 2, 3, 4 }, "[0]: expected 0, got 1")]
    [InlineData("group_indices", new[] { 0, 2, 2, 4 }, "[2]: expected more than 2, got 2")]
    [InlineData("group_indices", new[] { 0, 2, 3, 5 }, "[3]: expected 4, the number of puzzles, got 5")]
    [InlineData("group_indices", new int[0], "shape: expected one axis of length 2 … 5, got (0)")]
    [InlineData("puzzle_identifiers", new[] { 1, 2, 4, 0 }, "[2]: expected 0 … 3, got 4")]
    [InlineData("puzzle_identifiers", new[] { 1, -2, 3, 0 }, "[1]: expected 0 … 3, got -2")]
    [InlineData("puzzle_identifiers", new[] { 1, 2, 3 }, "shape: expected one axis of length 4, got (3)")]
    public void Opening_rejects_bad_indices(string field, int[] values, string problem)
    {
        SmallDataset.WriteIndices(Array(field), values);
        OpeningFails($"{Array(field)}: {problem}");
    }

    [Fact]
    public void Opening_rejects_rows_that_do_not_fit()
    {
        var bytes = File.ReadAllBytes(Array("inputs"));
        File.WriteAllBytes(Array("inputs"), bytes[..^1]);
        OpeningFails($"{Array("inputs")}: expected 24 bytes of |u1 for the shape (6, 4), got 23");
        File.WriteAllBytes(Array("inputs"), [.. NpyHeader.Write(NpyDtype.UInt8, 4, 6), .. bytes[128..]]);
        OpeningFails($"{Array("inputs")}: shape: expected at least one row of seq_len 4, got (4, 6)");
        File.WriteAllBytes(Array("inputs"), [.. NpyHeader.Write(NpyDtype.UInt8, 5, 4), .. bytes[128..^4]]);
        OpeningFails($"{Array("labels")}: shape: expected 5 rows, as the inputs have, of seq_len 4, got (6, 4)");
    }

    [Fact]
    public void Indices_have_four_or_eight_bytes()
    {
        long[] offsets = [0, 2, 3, 4];
        File.WriteAllBytes(Array("group_indices"), [.. NpyHeader.Write(NpyDtype.Int64, 4), .. offsets.SelectMany(BitConverter.GetBytes)]);
        PuzzleDatasetFolder.Verify(Root);
        File.WriteAllBytes(Array("group_indices"), [.. NpyHeader.Write(NpyDtype.UInt8, 4), 0, 2, 3, 4]);
        OpeningFails($"{Array("group_indices")}: type: expected <i4 or <i8, got |u1");
        offsets[3] = 4 + (1L << 32);
        File.WriteAllBytes(Array("group_indices"), [.. NpyHeader.Write(NpyDtype.Int64, 4), .. offsets.SelectMany(BitConverter.GetBytes)]);
        OpeningFails($"{Array("group_indices")}: [3]: expected 4, the number of puzzles, got 2147483647");
    }

    [Theory]
    [InlineData("\"ignore_label_id\": 0", "\"ignore_label_id\": \"0\"", "$.ignore_label_id: ")]
    [InlineData("\"ignore_label_id\": 0, ", "", "'ignore_label_id'")]
    [InlineData("\"ignore_label_id\": 0", "\"ignore_label_id\": -2147483648", "ignore_label_id: expected -2147483647 … 2147483647")]
    [InlineData("\"vocab_size\": 12", "\"vocab_size\": 0", "vocab_size: expected 1 … 2147483647, got 0")]
    [InlineData("\"seq_len\": 4", "\"seq_len\": 99999999", "seq_len: expected 1 … 65536, got 99999999")]
    [InlineData("\"num_puzzle_identifiers\": 4", "\"num_puzzle_identifiers\": 5", "num_puzzle_identifiers: expected 4, the number of identifiers, got 5")]
    [InlineData("\"num_puzzle_identifiers\": 4", "\"num_puzzle_identifiers\": 1e99", "$.num_puzzle_identifiers: ")]
    [InlineData("[\"all\"]", "[]", "sets: expected one name")]
    [InlineData("[\"all\"]", "[null]", "sets: expected one name")]
    [InlineData("[\"all\"]", "null", "$.sets")]
    [InlineData("[\"all\"]", "[\"all\", \"more\"]", "sets: expected one name of letters, digits and _-+. and no dot at either end, got 'all, more'")]
    [InlineData("[\"all\"]", "[\"../test/all\"]", "sets: expected one name")]
    [InlineData("[\"all\"]", "[\"\\ud800\"]", "")]
    [InlineData("{\"pad_id\"", "{\"\\ud800\": 0, \"pad_id\"", "")]
    [InlineData("\"seq_len\": 4", "\"seq_len\": 4, \"seq_len\": 4", "seq_len")]
    public void Opening_rejects_bad_metadata(string valid, string bad, string problem)
    {
        SmallDataset.Replace(Array("dataset.json"), valid, bad);
        Opening().Should().Throw<DatasetFormatException>().Where(exception => exception.Path == Array("dataset.json") && exception.Message.Contains(problem));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{")]
    [InlineData("")]
    public void Opening_rejects_metadata_that_are_not_an_object(string json)
    {
        File.WriteAllText(Array("dataset.json"), json);
        Opening().Should().Throw<DatasetFormatException>();
    }

    [Fact]
    public void Several_bad_keys_are_listed_together()
    {
        SmallDataset.Replace(Array("dataset.json"), "\"vocab_size\": 12", "\"vocab_size\": 0");
        SmallDataset.Replace(Array("dataset.json"), "\"seq_len\": 4", "\"seq_len\": 0");
        OpeningFails($"{Array("dataset.json")}: vocab_size: expected 1 … 2147483647, got 0; seq_len: expected 1 … 65536, got 0");
    }

    [Fact]
    public void Verifying_reads_rows_and_identifiers_of_every_split()
    {
        PuzzleDatasetFolder.Verify(Root);
        SmallDataset.SetByte(Array("labels"), (3 * 4) + 2, 12);
        VerifyingFails($"{Array("labels")}: row 3, column 2: expected 0 … 11, got 12");
        File.WriteAllText(_folder["data", "identifiers.json"], "[\"<blank>\", \"one\", \"two\", \"one\"]");
        VerifyingFails($"{_folder["data", "identifiers.json"]}: [3]: expected different identifiers, got 'one' as at [1]");
        File.WriteAllText(_folder["data", "identifiers.json"], "[\"nothing\", \"one\", \"two\", \"three\"]");
        VerifyingFails($"{_folder["data", "identifiers.json"]}: [0]: expected '<blank>', the id of no puzzle, got 'nothing'");
    }

    [Fact]
    public void Verifying_rejects_a_missing_root_and_one_without_splits()
    {
        FluentActions.Invoking(() => PuzzleDatasetFolder.Verify(_folder["nowhere"])).Should().Throw<HrmFileException>().WithMessage("*could not be read: *");
        Directory.CreateDirectory(_folder["empty"]);
        FluentActions.Invoking(() => PuzzleDatasetFolder.Verify(_folder["empty"])).Should().Throw<DatasetFormatException>().WithMessage("*expected at least one split, got none");
    }

    [Fact]
    public void Verifying_can_be_cancelled()
        => FluentActions.Invoking(() => PuzzleDatasetFolder.Verify(Root, new CancellationToken(canceled: true))).Should().Throw<OperationCanceledException>();

    private string Array(string field) => _folder["data", "train", field.EndsWith(".json", StringComparison.Ordinal) ? field : $"all__{field}.npy"];

    private Action Opening() => () => PuzzleDatasetFolder.Open(Root, "train").Dispose();

    private void OpeningFails(string message) => Opening().Should().Throw<DatasetFormatException>().Which.Message.Should().Be(message);

    private void VerifyingFails(string message)
        => FluentActions.Invoking(() => PuzzleDatasetFolder.Verify(Root)).Should().Throw<DatasetFormatException>().Which.Message.Should().Be(message);
}
