using Hrm.Core;
using Hrm.TestKit;

namespace Hrm.Training.Tests;

public sealed class PuzzleDatasetFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Root => _folder["data"];

    private string Train => _folder["data", "train"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_written_dataset_is_read()
    {
        SmallDataset.Write(Root, "train", "test");
        using var dataset = PuzzleDatasetFolder.Open(Root, "train");
        dataset.ExampleCount.Should().Be(6);
        dataset.PuzzleOffsets.Should().Equal(0, 2, 3, 5, 6);
        dataset.GroupOffsets.Should().Equal(0, 2, 3, 4);
        dataset.PuzzleIds.Should().Equal(1, 2, 3, 0);
        dataset.Identifiers.Should().Equal(SmallDataset.Identifiers);
        dataset.PuzzleIdCount.Should().Be(4);
        dataset.Metadata.Should().BeEquivalentTo(new PuzzleDatasetMetadata
        {
            IgnoreLabelId = 0,
            VocabularySize = 12,
            SequenceLength = 4,
            PuzzleIdCount = 4,
            Sets = ["all"],
        });
        SmallDataset.GroupsOf(dataset).Should().BeEquivalentTo(SmallDataset.Groups, options => options.WithStrictOrdering());
    }

    [Fact]
    public void A_null_ignored_label_and_unknown_keys_are_accepted()
    {
        SmallDataset.Write(Root, "train");
        SmallDataset.Replace(Path.Combine(Train, "dataset.json"), "\"ignore_label_id\": 0", "\"a_later_key\": 4, \"ignore_label_id\": null");
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
        SmallDataset.Write(Root, "train");
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
        SmallDataset.Write(Root, "train");
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
        SmallDataset.Write(Root, "train");
        File.WriteAllText(_folder["data", "identifiers.json"], json);
        Opening().Should().Throw<DatasetFormatException>();
    }

    [Fact]
    public void A_bad_token_or_label_throws_when_its_row_is_read()
    {
        SmallDataset.Write(Root, "train");
        SmallDataset.SetByte(Path.Combine(Train, "all__inputs.npy"), (2 * 4) + 3, 12);
        SmallDataset.SetByte(Path.Combine(Train, "all__labels.npy"), 4 * 4, 200);
        using var dataset = PuzzleDatasetFolder.Open(Root, "train");
        Reading(dataset, 1).Should().NotThrow();
        Reading(dataset, 2).Should().Throw<DatasetFormatException>().WithMessage($"{Path.Combine(Train, "all__inputs.npy")}: row 2, column 3: expected 0 … 11, got 12");
        Reading(dataset, 4).Should().Throw<DatasetFormatException>().WithMessage($"{Path.Combine(Train, "all__labels.npy")}: row 4, column 0: expected 0 … 11, got 200");
    }

    /// <summary>The files are sparse: they claim gigabytes and hold none.</summary>
    [Theory]
    [InlineData("puzzle_indices", "<i4", 536_870_912)]
    [InlineData("group_indices", "<i8", 268_435_456)]
    [InlineData("puzzle_identifiers", "<i4", 600_000_000)]
    public void An_index_array_longer_than_there_are_examples_is_not_read(string field, string descriptor, long count)
    {
        SmallDataset.Write(_folder.Path, "train");
        var path = Path.Combine(_folder.Path, "train", $"all__{field}.npy");
        var dtype = descriptor == "<i4" ? NpyDtype.Int32 : NpyDtype.Int64;
        using (var file = File.Create(path))
        {
            file.Write(NpyHeader.Write(dtype, count));
            file.SetLength(file.Length + (count * dtype.Size));
        }

        var before = GC.GetTotalAllocatedBytes();
        FluentActions.Invoking(() => PuzzleDatasetFolder.Open(_folder.Path, "train")).Should().Throw<DatasetFormatException>().WithMessage($"{path}: shape: expected one axis of length *");
        (GC.GetTotalAllocatedBytes() - before).Should().BeLessThan(50_000_000);
    }

    [Fact]
    public void Read_rejects_a_bad_index_and_a_bad_length()
    {
        SmallDataset.Write(Root, "train");
        using var dataset = PuzzleDatasetFolder.Open(Root, "train");
        Reading(dataset, 6).Should().Throw<ArgumentOutOfRangeException>();
        Reading(dataset, -1).Should().Throw<ArgumentOutOfRangeException>();
        Reading(dataset, 0, length: 3).Should().Throw<ShapeMismatchException>().WithMessage("inputs: expected [4], got [3].");
    }

    [Fact]
    public void A_disposed_dataset_throws()
    {
        SmallDataset.Write(Root, "train");
        var dataset = PuzzleDatasetFolder.Open(Root, "train");
        dataset.Dispose();
        Reading(dataset, 0).Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public void A_file_truncated_while_open_throws()
    {
        if (OperatingSystem.IsWindows())
        {
            // It refuses to shorten an open file.
            return;
        }

        SmallDataset.Write(Root, "train");
        using var dataset = PuzzleDatasetFolder.Open(Root, "train");
        using (var truncate = System.Diagnostics.Process.Start("truncate", ["-s", "130", Path.Combine(Train, "all__labels.npy")]))
        {
            truncate.WaitForExit();
        }

        Reading(dataset, 5).Should().Throw<HrmFileException>().WithMessage("*was shortened while open*");
    }

    [Fact]
    public void A_missing_split_or_array_throws()
    {
        SmallDataset.Write(Root, "train");
        FluentActions.Invoking(() => PuzzleDatasetFolder.Open(Root, "test")).Should().Throw<HrmFileException>().WithMessage("*dataset.json: the file does not exist");
        File.Delete(Path.Combine(Train, "all__labels.npy"));
        FluentActions.Invoking(() => PuzzleDatasetFolder.Open(Root, "train")).Should().Throw<HrmFileException>().WithMessage("*all__labels.npy: the file does not exist");
    }

    [Fact]
    public void Several_threads_can_read()
    {
        const int Rows = 20_000;
        var examples = Enumerable.Range(0, Rows).Select(i => new PuzzleExample([i % 251, i / 251], [1 + (i % 250), PuzzleBatch.IgnoredLabel]));
        PuzzleDatasetFolder.Write(
            Root, ["<blank>"], [new PuzzleSplit("train", examples.Select(PuzzleGroup.Of))], new PuzzleDatasetOptions { VocabularySize = 256, SequenceLength = 2 });
        using var dataset = PuzzleDatasetFolder.Open(Root, "train");
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
        SmallDataset.Write(Root, "train");
        var sound = Directory.GetFiles(Train).Append(_folder["data", "identifiers.json"]).ToDictionary(path => path, File.ReadAllBytes);
        var random = new StatefulRandom(20260202);
        var (opened, refused) = (0, 0);
        for (var i = 0; i < 1500; i++)
        {
            var (path, bytes) = sound.ElementAt(random.Next(sound.Count));
            var changed = bytes.ToArray();
            for (var edits = random.Next(1, 3); edits > 0; edits--)
            {
                // Half of the edits go to the data, where a header lets them through.
                var place = random.Next(2) == 0 ? random.Next(changed.Length) : Math.Max(0, changed.Length - 1 - random.Next(24));
                changed[place] = random.Next(4) == 0 ? (byte)random.Next(256) : (byte)random.Next(8);
            }

            File.WriteAllBytes(path, changed);
            try
            {
                using var dataset = PuzzleDatasetFolder.Open(Root, "train");
                SmallDataset.GroupsOf(dataset).Count().Should().Be(dataset.GroupOffsets.Count - 1);
                dataset.Identifiers.Should().HaveCount(dataset.PuzzleIdCount);
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

    private Action Verifying() => () => PuzzleDatasetFolder.Verify(Root);

    private Action Opening() => () => PuzzleDatasetFolder.Open(Root, "train").Dispose();

    private static Action Reading(PuzzleDatasetFolder dataset, int example, int length = 4)
        => () => dataset.Read(example, new int[length], new int[length]);
}
