using Hrm.TestKit;

namespace Hrm.Training.Tests;

public sealed class PuzzleDatasetValidationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public PuzzleDatasetValidationTests() => SmallDataset.Write(Root, "test", "train");

    private string Root => _folder["data"];

    public void Dispose() => _folder.Dispose();

    /// <summary>Of each row: the array, what its data become, and the finding. Sound are 0 2 3 5 6, 0 2 3 4 and 1 2 3 0.</summary>
    public static TheoryData<string, int[], string, string> BadIndices => new()
    {
        { "puzzle_indices", [1, 2, 3, 5, 6], "[0]", "expected 0, got 1" },
        { "puzzle_indices", [0, 2, 2, 5, 6], "[2]", "expected more than 2, got 2, which leaves nothing between the two" },
        { "puzzle_indices", [0, 2, 3, 5, 7], "[4]", "expected 6, the number of examples, got 7" },
        { "puzzle_indices", [0, 2, 3, 5, 5], "[4]", "expected more than 5, got 5, which leaves nothing between the two" },
        { "puzzle_indices", [0, 2, 1, 5, 6], "[2]", "expected more than 2, got 1" },
        { "puzzle_indices", [0, 2, 3, 6], "[3]", "expected 4, the number of puzzles" },
        { "puzzle_indices", [0], "shape", "expected at least 2 offsets, got 1" },
        { "group_indices", [1, 2, 3, 4], "[0]", "expected 0, got 1" },
        { "group_indices", [0, 2, 3, 3], "[3]", "expected more than 3, got 3" },
        { "group_indices", [0, 2, 3, 5], "[3]", "expected 4, the number of puzzles, got 5" },
        { "group_indices", [], "shape", "expected at least 2 offsets, got 0" },
        { "puzzle_identifiers", [1, 2, 4, 0], "[2]", "expected 0 … 3, got 4" },
        { "puzzle_identifiers", [1, -2, 3, 0], "[1]", "expected 0 … 3, got -2" },
        { "puzzle_identifiers", [1, 2, 3], "shape", "expected (4,), an id for each puzzle, got (3,)" },
    };

    [Theory]
    [MemberData(nameof(BadIndices))]
    public void Bad_indices_are_found_and_opening_throws(string field, int[] values, string place, string problem)
    {
        SmallDataset.WriteIndices(Array(field), values);
        var findings = PuzzleDatasetFolder.Validate(Root);
        if (field == "puzzle_indices" && values.Length == 4)
        {
            // The number of puzzles is what this array says, so it shows in the other two.
            findings.Select(finding => finding.Path).Should().Contain([Array("group_indices"), Array("puzzle_identifiers")]);
            findings.Should().Contain(finding => finding.Path == Array("group_indices"));
        }
        else
        {
            findings.Should().Contain(finding => finding.Path == Array(field) && finding.Place == place && finding.Problem.Contains(problem));
        }

        Opening().Should().Throw<DatasetFormatException>();
    }

    /// <summary>A name with half of a surrogate pair stops the JSON reader with another exception than other bad text.</summary>
    [Fact]
    public void Metadata_with_half_a_surrogate_pair_as_a_name_is_found_and_opening_throws()
    {
        SmallDataset.Replace(Array("dataset.json"), "{\"pad_id\"", "{\"\\ud800\": 0, \"pad_id\"");

        PuzzleDatasetFolder.Validate(Root).Should().ContainSingle(finding => finding.Path == Array("dataset.json"));
        Opening().Should().Throw<DatasetFormatException>();
    }

    [Fact]
    public void Every_problem_is_found_in_one_go()
    {
        SmallDataset.SetByte(Array("inputs"), (5 * 4) + 1, 99);
        SmallDataset.SetByte(Array("labels"), (3 * 4) + 2, 12);
        SmallDataset.WriteIndices(Array("group_indices"), 0, 3, 2, 5);
        SmallDataset.WriteIndices(Array("puzzle_identifiers"), 1, 2, 3, 77);
        SmallDataset.Replace(Array("dataset.json"), "\"mean_puzzle_examples\": 1.5", "\"mean_puzzle_examples\": 2.0");
        File.WriteAllText(_folder["data", "identifiers.json"], "[\"nothing\", \"one\", \"one\"]");

        PuzzleDatasetFolder.Validate(Root, "train").Select(finding => finding.ToString()).Should().BeEquivalentTo(
            $"{Array("dataset.json")}: num_puzzle_identifiers: expected 3, the number of identifiers, got 4",
            $"{Array("group_indices")}: [2]: expected more than 3, got 2",
            $"{Array("group_indices")}: [3]: expected 4, the number of puzzles, got 5",
            $"{Array("puzzle_identifiers")}: [3]: expected 0 … 3, got 77",
            $"{Array("inputs")}: row 5, column 1: expected 0 … 11, got 99",
            $"{Array("labels")}: row 3, column 2: expected 0 … 11, got 12",
            $"{Array("dataset.json")}: mean_puzzle_examples: expected 1.5, as the sets have, got 2",
            $"{_folder["data", "identifiers.json"]}: [0]: expected '<blank>', the id of no puzzle, got 'nothing'",
            $"{_folder["data", "identifiers.json"]}: [2]: expected different identifiers, got 'one' as at [1]");
    }

    [Fact]
    public void Damage_in_several_splits_is_found_in_each()
    {
        File.Delete(Array("labels"));
        File.Delete(_folder["data", "test", "dataset.json"]);
        PuzzleDatasetFolder.Validate(Root).Should().SatisfyRespectively(
            finding => finding.ToString().Should().Be($"{_folder["data", "test", "dataset.json"]}: the file does not exist"),
            finding => finding.ToString().Should().Be($"{Array("labels")}: the file does not exist"));
        PuzzleDatasetFolder.Validate(Root, "test").Should().HaveCount(1);
    }

    [Fact]
    public void Truncated_lengthened_and_misshapen_arrays_are_found()
    {
        var bytes = File.ReadAllBytes(Array("inputs"));
        File.WriteAllBytes(Array("inputs"), bytes[..^1]);
        Single().Should().Be($"{Array("inputs")}: expected 24 bytes of |u1 for the shape (6, 4), got 23");
        File.WriteAllBytes(Array("inputs"), [.. bytes, 0]);
        Single().Should().Be($"{Array("inputs")}: expected 24 bytes of |u1 for the shape (6, 4), got 25");
        File.WriteAllBytes(Array("inputs"), [.. NpyHeader.Write(NpyDtype.UInt8, 4, 6), .. bytes[128..]]);
        PuzzleDatasetFolder.Validate(Root).Should().Contain(finding =>
            finding.Path == Array("inputs") && finding.Place == "shape" && finding.Problem == "expected at least one row of seq_len 4, got (4, 6)");
        File.WriteAllBytes(Array("inputs"), [.. NpyHeader.Write(NpyDtype.UInt8, 5, 4), .. bytes[128..^4]]);
        PuzzleDatasetFolder.Validate(Root).Select(finding => finding.ToString()).Should().Contain(
            $"{Array("labels")}: shape: expected 5 rows, as the inputs have, of seq_len 4, got (6, 4)",
            $"{Array("puzzle_indices")}: [4]: expected 5, the number of examples, got 6");

        string Single() => PuzzleDatasetFolder.Validate(Root).Should().ContainSingle().Which.ToString();
    }

    [Fact]
    public void Indices_of_another_type_are_found_and_eight_bytes_are_fine()
    {
        long[] offsets = [0, 2, 3, 4];
        File.WriteAllBytes(Array("group_indices"), [.. NpyHeader.Write(NpyDtype.Int64, 4), .. offsets.SelectMany(BitConverter.GetBytes)]);
        PuzzleDatasetFolder.Validate(Root).Should().BeEmpty();
        File.WriteAllBytes(Array("group_indices"), [.. NpyHeader.Write(NpyDtype.UInt8, 4), 0, 2, 3, 4]);
        PuzzleDatasetFolder.Validate(Root).Should().ContainSingle().Which.ToString()
            .Should().Be($"{Array("group_indices")}: type: expected <i4 or <i8, got |u1");
        offsets[3] = 4 + (1L << 32);
        File.WriteAllBytes(Array("group_indices"), [.. NpyHeader.Write(NpyDtype.Int64, 4), .. offsets.SelectMany(BitConverter.GetBytes)]);
        PuzzleDatasetFolder.Validate(Root).Should().ContainSingle().Which.Place.Should().Be("[3]");
    }

    [Theory]
    [InlineData("\"pad_id\": 0", "\"pad_id\": 12", "pad_id", "expected 0 … 11, got '12'")]
    [InlineData("\"ignore_label_id\": 0", "\"ignore_label_id\": \"0\"", "ignore_label_id", "or null, got '\"0\"'")]
    [InlineData("\"ignore_label_id\": 0, ", "", "ignore_label_id", "got no such key")]
    [InlineData("\"blank_identifier_id\": 0", "\"blank_identifier_id\": 4", "blank_identifier_id", "expected 0 … 3, got '4'")]
    [InlineData("\"vocab_size\": 12", "\"vocab_size\": 0", "vocab_size", "expected 1 … 2147483647, got '0'")]
    [InlineData("\"seq_len\": 4", "\"seq_len\": 99999999", "seq_len", "expected 1 … 65536, got '99999999'")]
    [InlineData("\"num_puzzle_identifiers\": 4", "\"num_puzzle_identifiers\": 5", "num_puzzle_identifiers", "expected 4, the number of identifiers, got 5")]
    [InlineData("\"total_groups\": 3", "\"total_groups\": 4", "total_groups", "expected 3, as the sets have, got 4")]
    [InlineData("\"total_groups\": 3", "\"total_groups\": 1e99", "total_groups", "got '1e99'")]
    [InlineData("\"mean_puzzle_examples\": 1.5", "\"mean_puzzle_examples\": -1", "mean_puzzle_examples", "expected a number above 0, got '-1'")]
    [InlineData("[\"all\"]", "[]", "sets", "expected 1 to 256 different names")]
    [InlineData("[\"all\"]", "[\"all\", \"all\"]", "sets", "expected different names")]
    [InlineData("[\"all\"]", "[\"../test/all\"]", "sets", "expected different names")]
    [InlineData("[\"all\"]", "[\"\\ud800\"]", "sets", "expected different names")]
    public void Bad_metadata_are_found(string sound, string bad, string key, string problem)
    {
        SmallDataset.Replace(Array("dataset.json"), sound, bad);
        PuzzleDatasetFolder.Validate(Root).Should().ContainSingle().Which.Should().Match<DatasetFinding>(finding =>
            finding.Path == Array("dataset.json") && finding.Place == key && finding.Problem.Contains(problem));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{\"pad_id\": 0, \"pad_id\": 0}")]
    [InlineData("{")]
    [InlineData("")]
    public void Metadata_that_are_no_object_are_found(string json)
    {
        File.WriteAllText(Array("dataset.json"), json);
        PuzzleDatasetFolder.Validate(Root).Should().ContainSingle().Which.Path.Should().Be(Array("dataset.json"));
        Opening().Should().Throw<DatasetFormatException>();
    }

    [Fact]
    public void Of_many_problems_of_a_kind_the_first_are_listed_and_the_rest_counted()
    {
        SmallDataset.Replace(Array("dataset.json"), "\"vocab_size\": 12", "\"vocab_size\": 1");
        var findings = PuzzleDatasetFolder.Validate(Root, "train");

        // Inputs 1 to 5 and labels 1 to 6, three of four in each row, are beyond; ignored labels are not.
        findings.Where(finding => finding.Path == Array("inputs")).Should().HaveCount(20);
        findings.Where(finding => finding.Path == Array("labels")).Should().HaveCount(18);
        SmallDataset.SetByte(Array("inputs"), 0, 1);
        findings = PuzzleDatasetFolder.Validate(Root, "train");
        findings[^1].Should().Be(new DatasetFinding(Array("inputs"), string.Empty, "1 more of this kind: Token"));
        findings.Should().HaveCount(20 + 18 + 1);
    }

    [Fact]
    public void A_missing_root_or_one_without_splits_is_found()
    {
        PuzzleDatasetFolder.Validate(_folder["nowhere"]).Should().ContainSingle().Which.Problem.Should().StartWith("could not be read: ");
        Directory.CreateDirectory(_folder["empty"]);
        PuzzleDatasetFolder.Validate(_folder["empty"]).Select(finding => finding.Problem).Should().Equal("expected at least one split, got none");
    }

    [Fact]
    public void Validation_can_be_cancelled()
    {
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        FluentActions.Invoking(() => PuzzleDatasetFolder.Validate(Root, cancellationToken: cancelled.Token)).Should().Throw<OperationCanceledException>();
    }

    private string Array(string field) => _folder["data", "train", field.EndsWith(".json", StringComparison.Ordinal) ? field : $"all__{field}.npy"];

    private Action Opening() => () => PuzzleDatasetFolder.Open(Root, "train").Dispose();
}
