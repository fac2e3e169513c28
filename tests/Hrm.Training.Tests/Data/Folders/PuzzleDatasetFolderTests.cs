using Hrm.Core;
using Hrm.TestKit;

namespace Hrm.Training.Tests;

public sealed class PuzzleDatasetFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public PuzzleDatasetFolderTests() => SmallDataset.Write(Root, "test", "train");

    private string Root => _folder["data"];

    private string Train => _folder["data", "train"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_written_dataset_is_read()
    {
        using var dataset = PuzzleDatasetFolder.Open(Root, "train");
        dataset.ExampleCount.Should().Be(6);
        dataset.PuzzleOffsets.Should().Equal(0, 2, 3, 5, 6);
        dataset.GroupOffsets.Should().Equal(0, 2, 3, 4);
        dataset.PuzzleIds.Should().Equal(1, 2, 3, 0);
        dataset.Identifiers.Should().Equal(SmallDataset.Identifiers);
        dataset.PuzzleIdCount.Should().Be(4);
        dataset.Metadata.Should().BeEquivalentTo(
            new PuzzleDatasetMetadata { IgnoreLabelId = 0, VocabularySize = 12, SequenceLength = 4, PuzzleIdCount = 4, Sets = ["all"] });
        SmallDataset.GroupsOf(dataset).Should().BeEquivalentTo(SmallDataset.Groups, options => options.WithStrictOrdering());
    }

    [Fact]
    public void A_null_ignored_label_and_unknown_keys_are_accepted()
    {
        SmallDataset.Replace(Array("dataset.json"), "\"ignore_label_id\": 0", "\"a_later_key\": 4, \"ignore_label_id\": null");
        using var dataset = PuzzleDatasetFolder.Open(Root, "train");
        dataset.Metadata.IgnoreLabelId.Should().BeNull();
        var (inputs, labels) = (new int[4], new int[4]);
        dataset.Read(1, inputs, labels);
        labels.Should().Equal(2, 0, 2, 2);
    }

    /// <summary>The loader of the authors does not read the file.</summary>
    [Fact]
    public void A_dataset_without_identifiers_is_opened_verified_and_has_no_names()
    {
        File.Delete(_folder["data", "identifiers.json"]);
        using var dataset = PuzzleDatasetFolder.Open(Root, "train");
        dataset.Identifiers.Should().BeEmpty();
        dataset.IdentifiersHash.Should().BeNull();
        dataset.PuzzleIdCount.Should().Be(4);
        dataset.PuzzleIds.Should().Equal(1, 2, 3, 0);
        Verifying().Should().NotThrow();
    }

    [Fact]
    public void The_hash_of_the_identifiers_is_that_of_their_file_and_does_not_depend_on_its_layout()
    {
        var file = _folder["data", "identifiers.json"];
        var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file)));
        Hash().Should().Be(hash);
        File.WriteAllText(file, File.ReadAllText(file).Replace(", ", ",\n  ", StringComparison.Ordinal));
        Hash().Should().Be(hash);
        File.WriteAllText(file, "[\"<blank>\", \"two\", \"one\", \"three\"]");
        Hash().Should().NotBe(hash);

        string Hash()
        {
            using var dataset = PuzzleDatasetFolder.Open(Root, "train");
            return dataset.IdentifiersHash!;
        }
    }

    [Theory]
    [InlineData("[1]")]
    [InlineData("[null]")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("[\"\\ud800\"]")]
    [InlineData("[[[[[")]
    [InlineData("")]
    public void Identifiers_that_are_not_a_list_of_strings_are_rejected(string json)
    {
        File.WriteAllText(_folder["data", "identifiers.json"], json);
        Opening().Should().Throw<HrmFormatException>();
    }

    [Fact]
    public void Read_rejects_a_bad_token_label_index_and_length()
    {
        SmallDataset.SetByte(Array("inputs"), (2 * 4) + 3, 12);
        SmallDataset.SetByte(Array("labels"), 4 * 4, 200);
        using var dataset = PuzzleDatasetFolder.Open(Root, "train");
        Reading(dataset, 1).Should().NotThrow();
        Reading(dataset, 2).Should().Throw<HrmFormatException>().WithMessage($"{Array("inputs")}, row 2, column 3: expected 0 … 11, got 12");
        Reading(dataset, 4).Should().Throw<HrmFormatException>().WithMessage($"{Array("labels")}, row 4, column 0: expected 0 … 11, got 200");
        Reading(dataset, 6).Should().Throw<ArgumentOutOfRangeException>();
        Reading(dataset, -1).Should().Throw<ArgumentOutOfRangeException>();
        Reading(dataset, 0, length: 3).Should().Throw<ShapeMismatchException>().WithMessage("inputs: expected [4], got [3].");
    }

    /// <summary>The files are sparse: gigabytes of length, no contents.</summary>
    [Theory]
    [InlineData("puzzle_indices", "<i4", 536_870_912)]
    [InlineData("group_indices", "<i8", 268_435_456)]
    [InlineData("puzzle_identifiers", "<i4", 600_000_000)]
    public void An_index_array_longer_than_there_are_examples_is_not_read(string field, string descriptor, long count)
    {
        var path = Array(field);
        var dtype = descriptor == "<i4" ? NpyDtype.Int32 : NpyDtype.Int64;
        using (var file = File.Create(path))
        {
            file.Write(NpyHeader.Write(dtype, count));
            file.SetLength(file.Length + (count * dtype.Size));
        }

        var before = GC.GetTotalAllocatedBytes();
        FluentActions.Invoking(() => PuzzleDatasetFolder.Open(Root, "train")).Should().Throw<HrmFormatException>().WithMessage($"{path}, shape: expected one axis of length *");
        (GC.GetTotalAllocatedBytes() - before).Should().BeLessThan(50_000_000);
    }

    [Fact]
    public void A_missing_root_split_or_array_throws()
    {
        FluentActions.Invoking(() => PuzzleDatasetFolder.Verify(_folder["nowhere"])).Should().Throw<HrmFileException>().WithMessage("*could not be read: *");
        Directory.CreateDirectory(_folder["empty"]);
        FluentActions.Invoking(() => PuzzleDatasetFolder.Verify(_folder["empty"])).Should().Throw<HrmFormatException>().WithMessage("*expected at least one split, got none");
        FluentActions.Invoking(() => PuzzleDatasetFolder.Open(Root, "nothing")).Should().Throw<HrmFileException>().WithMessage("*dataset.json: the file does not exist");
        File.Delete(Array("labels"));
        Opening().Should().Throw<HrmFileException>().WithMessage("*all__labels.npy: the file does not exist");
    }

    [Fact]
    public void Several_threads_can_read()
    {
        const int Rows = 20_000;
        var examples = Enumerable.Range(0, Rows).Select(i => new PuzzleExample([i % 251, i / 251], [1 + (i % 250), PuzzleBatch.IgnoredLabel]));
        PuzzleDatasetFolder.Write(
            _folder["rows"], ["<blank>"], [new PuzzleSplit("train", examples.Select(PuzzleGroup.Of))], new PuzzleDatasetOptions { VocabularySize = 256, SequenceLength = 2 });
        using var dataset = PuzzleDatasetFolder.Open(_folder["rows"], "train");
        Parallel.For(0, 4, new ParallelOptions { MaxDegreeOfParallelism = 4 }, thread =>
        {
            var (inputs, labels) = (new int[2], new int[2]);
            for (var n = 0; n < Rows; n++)
            {
                var i = (int)((n * 7919L + thread) % Rows);
                dataset.Read(i, inputs, labels);
                if (inputs[0] != i % 251 || inputs[1] != i / 251 || labels[0] != 1 + (i % 250) || labels[1] != PuzzleBatch.IgnoredLabel)
                {
                    throw new InvalidDataException($"row {i}");
                }
            }
        });
    }

    [Fact]
    public void Folders_with_flipped_bytes_throw_typed_exceptions_or_train()
    {
        var sound = Directory.GetFiles(Train).Append(_folder["data", "identifiers.json"]).ToDictionary(path => path, File.ReadAllBytes);
        var random = new StatefulRandom(20260202);
        var (opened, refused) = (0, 0);
        for (var i = 0; i < 1500; i++)
        {
            var (path, bytes) = sound.ElementAt(random.Next(sound.Count));
            var changed = bytes.ToArray();
            for (var edits = random.Next(1, 3); edits > 0; edits--)
            {
                // Half of the edits are near the end, in the data, so that the header stays valid.
                var index = random.Next(2) == 0 ? random.Next(changed.Length) : Math.Max(0, changed.Length - 1 - random.Next(24));
                changed[index] = random.Next(4) == 0 ? (byte)random.Next(256) : (byte)random.Next(8);
            }

            File.WriteAllBytes(path, changed);
            try
            {
                using var dataset = PuzzleDatasetFolder.Open(Root, "train");
                SmallDataset.GroupsOf(dataset).Count().Should().Be(dataset.GroupOffsets.Count - 1);
                dataset.PuzzleIds.Should().OnlyContain(id => id >= 0 && id < dataset.PuzzleIdCount);
                new GroupSampler(dataset, 2, 1, i).Iterate(0).Should().NotBeEmpty();
                opened++;
            }
            catch (HrmException)
            {
                Verifying().Should().Throw<HrmException>();
                refused++;
            }

            File.WriteAllBytes(path, bytes);
        }

        opened.Should().BeGreaterThan(100);
        refused.Should().BeGreaterThan(500);
    }

    /// <summary>The array, its new values and the problem. The valid values are 0 2 3 5 6, 0 2 3 4 and 1 2 3 0.</summary>
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
        OpeningFails($"{Array(field)}, {problem}");
    }

    [Fact]
    public void Opening_rejects_rows_that_do_not_fit()
    {
        var bytes = File.ReadAllBytes(Array("inputs"));
        File.WriteAllBytes(Array("inputs"), bytes[..^1]);
        OpeningFails($"{Array("inputs")}: expected 24 bytes of |u1 for the shape (6, 4), got 23");
        File.WriteAllBytes(Array("inputs"), [.. NpyHeader.Write(NpyDtype.UInt8, 4, 6), .. bytes[128..]]);
        OpeningFails($"{Array("inputs")}, shape: expected at least one row of seq_len 4, got (4, 6)");
        File.WriteAllBytes(Array("inputs"), [.. NpyHeader.Write(NpyDtype.UInt8, 5, 4), .. bytes[128..^4]]);
        OpeningFails($"{Array("labels")}, shape: expected 5 rows, as the inputs have, of seq_len 4, got (6, 4)");
    }

    [Fact]
    public void Indices_have_four_or_eight_bytes()
    {
        long[] offsets = [0, 2, 3, 4];
        File.WriteAllBytes(Array("group_indices"), [.. NpyHeader.Write(NpyDtype.Int64, 4), .. offsets.SelectMany(BitConverter.GetBytes)]);
        PuzzleDatasetFolder.Verify(Root);
        File.WriteAllBytes(Array("group_indices"), [.. NpyHeader.Write(NpyDtype.UInt8, 4), 0, 2, 3, 4]);
        OpeningFails($"{Array("group_indices")}, type: expected <i4 or <i8, got |u1");
        offsets[3] = 4 + (1L << 32);
        File.WriteAllBytes(Array("group_indices"), [.. NpyHeader.Write(NpyDtype.Int64, 4), .. offsets.SelectMany(BitConverter.GetBytes)]);
        OpeningFails($"{Array("group_indices")}, [3]: expected 4, the number of puzzles, got 2147483647");
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
    [InlineData("\"blank_identifier_id\": 0", "\"blank_identifier_id\": 3", "blank_identifier_id: expected 0 … 0, got 3")]
    [InlineData("\"pad_id\": 0", "\"pad_id\": 1", "pad_id: expected 0 … 0, got 1")]
    [InlineData("{\"pad_id\"", "{\"\\ud800\": 0, \"pad_id\"", "")]
    [InlineData("\"seq_len\": 4", "\"seq_len\": 4, \"seq_len\": 4", "seq_len")]
    public void Opening_rejects_bad_metadata(string valid, string bad, string problem)
    {
        SmallDataset.Replace(Array("dataset.json"), valid, bad);
        Opening().Should().Throw<HrmFormatException>().Where(exception => exception.Path == Array("dataset.json") && exception.Message.Contains(problem));
    }

    [Fact]
    public void Verifying_reads_rows_and_identifiers_of_every_split()
    {
        PuzzleDatasetFolder.Verify(Root);
        SmallDataset.SetByte(Array("labels"), (3 * 4) + 2, 12);
        VerifyingFails($"{Array("labels")}, row 3, column 2: expected 0 … 11, got 12");
        File.WriteAllText(_folder["data", "identifiers.json"], "[\"<blank>\", \"one\", \"two\", \"one\"]");
        VerifyingFails($"{_folder["data", "identifiers.json"]}: [3]: expected different identifiers, got 'one' as at [1]");
        File.WriteAllText(_folder["data", "identifiers.json"], "[\"nothing\", \"one\", \"two\", \"three\"]");
        VerifyingFails($"{_folder["data", "identifiers.json"]}: [0]: expected '<blank>', the id of no puzzle, got 'nothing'");
    }

    [Fact]
    public void Verifying_can_be_cancelled()
        => FluentActions.Invoking(() => PuzzleDatasetFolder.Verify(Root, new CancellationToken(canceled: true))).Should().Throw<OperationCanceledException>();

    private string Array(string field) => Path.Combine(Train, field.EndsWith(".json", StringComparison.Ordinal) ? field : $"all__{field}.npy");

    private Action Verifying() => () => PuzzleDatasetFolder.Verify(Root);

    private Action Opening() => () => PuzzleDatasetFolder.Open(Root, "train").Dispose();

    private static Action Reading(PuzzleDatasetFolder dataset, int example, int length = 4)
        => () => dataset.Read(example, new int[length], new int[length]);

    private void OpeningFails(string message) => Opening().Should().Throw<HrmFormatException>().Which.Message.Should().Be(message);

    private void VerifyingFails(string message)
        => Verifying().Should().Throw<HrmFormatException>().Which.Message.Should().Be(message);
}
