using Hrm.Core;
using Hrm.TestKit;

namespace Hrm.Training.Tests;

public sealed class PuzzleDatasetWriteTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly PuzzleDatasetOptions _options = SmallDataset.Options;

    private static PuzzleSplit Train => new("train", SmallDataset.Groups);

    private string Root => _folder["data"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(256, 0, "|u1")]
    [InlineData(257, 0, "<i2")]
    [InlineData(12, 255, "|u1")]
    [InlineData(12, 256, "<i2")]
    [InlineData(12, -100, "<i2")]
    [InlineData(40_000, 0, "<u2")]
    [InlineData(40_000, -1, "<i4")]
    [InlineData(70_000, null, "<i4")]
    public void Tokens_take_the_narrowest_type_that_holds_them(int vocabulary, int? ignored, string type)
    {
        var largest = vocabulary - 1;
        var example = new PuzzleExample([largest, 0], [largest, ignored is null ? 1 : PuzzleBatch.IgnoredLabel]);
        PuzzleDatasetFolder.Write(
            Root,
            ["<blank>"],
            [new PuzzleSplit("train", [PuzzleGroup.Of(example)])],
            new PuzzleDatasetOptions { VocabularySize = vocabulary, SequenceLength = 2, IgnoreLabelId = ignored });
        using (var file = NpyFile.Open(_folder["data", "train", "all__labels.npy"]))
        {
            file.Dtype.Descriptor.Should().Be(type);
        }

        using var dataset = PuzzleDatasetFolder.Open(Root, "train");
        SmallDataset.GroupsOf(dataset).Single().Should().BeEquivalentTo(PuzzleGroup.Of(example));
        PuzzleDatasetFolder.Verify(Root);
    }

    [Fact]
    public void Identifiers_may_grow_during_the_write_and_are_escaped_as_in_Python()
    {
        List<string> identifiers = ["<blank>"];
        PuzzleDatasetFolder.Write(Root, identifiers, [new PuzzleSplit("train", Groups()), new PuzzleSplit("test", Groups())], SmallDataset.Options);
        File.ReadAllText(_folder["data", "identifiers.json"]).Should().Be("""["<blank>", "a\"b\\\n\u007f\u00e9\ud83d\ude00/", "two", "two too"]""");
        using var dataset = PuzzleDatasetFolder.Open(Root, "test");
        dataset.Identifiers.Should().Equal(identifiers);
        dataset.PuzzleIds.Should().Equal(1, identifiers.Count - 1);

        IEnumerable<PuzzleGroup> Groups()
        {
            if (identifiers.Count == 1)
            {
                identifiers.Add("a\"b\\\n\u007fé😀/");
            }

            yield return PuzzleGroup.Of(SmallDataset.Example(1, 1));
            identifiers.Add(identifiers.Count == 2 ? "two" : "two too");
            yield return PuzzleGroup.Of(SmallDataset.Example(2, identifiers.Count - 1));
        }
    }

    public static TheoryData<string, PuzzleGroup[]> BadGroups => new()
    {
        { "train: example 0: expected 4 inputs and labels, got 3 inputs and 4 labels.", [PuzzleGroup.Of(new PuzzleExample([1, 2, 3], [1, 2, 3, 4]))] },
        { "train: example 1: token 2: expected 0 … 11, got 12.", [PuzzleGroup.Of(SmallDataset.Example(1, 0)), PuzzleGroup.Of(new PuzzleExample([1, 2, 12, 4], [1, 2, 3, 4]))] },
        { "train: example 0: token 0: expected 0 … 11, got -1.", [PuzzleGroup.Of(new PuzzleExample([-1, 2, 3, 4], [1, 2, 3, 4]))] },
        { "train: example 0: label 1: expected 0 … 11 except 0, which is stored for ignored labels, or -100, which is ignored, got 12.", [PuzzleGroup.Of(new PuzzleExample([1, 2, 3, 4], [PuzzleBatch.IgnoredLabel, 12, 3, 4]))] },
        { "train: example 0: label 3: expected 0 … 11 except 0, which is stored for ignored labels, or -100, which is ignored, got 0.", [PuzzleGroup.Of(new PuzzleExample([1, 2, 3, 4], [1, 2, 3, 0]))] },
        { "train: puzzle 0: puzzle id: expected at least 0, got -1.", [PuzzleGroup.Of(SmallDataset.Example(1, -1))] },
        { "train: puzzle 1: puzzle id: expected 0 … 3, got 4.", [PuzzleGroup.Of(SmallDataset.Example(1, 0)), PuzzleGroup.Of(SmallDataset.Example(1, 4))] },
        { "train: puzzle 0: expected one id for all its examples, 1, got 2 too.", [new PuzzleGroup([[SmallDataset.Example(1, 1), SmallDataset.Example(1, 2)]])] },
        { "train: puzzle 1: expected at least one example, got none.", [new PuzzleGroup([[SmallDataset.Example(1, 1)], []])] },
        { "train: group 1: expected at least one puzzle, got none.", [PuzzleGroup.Of(SmallDataset.Example(1, 1)), new PuzzleGroup([])] },
        { "train: expected at least one group, got none.", [] },
    };

    [Theory]
    [MemberData(nameof(BadGroups))]
    public void Bad_groups_are_reported_and_nothing_is_written(string message, PuzzleGroup[] groups)
    {
        Writing(new PuzzleSplit("test", SmallDataset.Groups), new PuzzleSplit("train", groups)).Should().Throw<HrmException>().WithMessage(message);
        Directory.GetFileSystemEntries(_folder.Path).Should().BeEmpty();
    }

    [Fact]
    public void An_ignored_label_needs_a_stored_value()
    {
        _options.IgnoreLabelId = null;
        Writing(Train).Should().Throw<ShapeMismatchException>().WithMessage("train: example 0: label 1: expected 0 … 11, got -100.");
    }

    [Fact]
    public void Bad_identifiers_are_reported_and_nothing_is_written()
    {
        FluentActions.Invoking(() => PuzzleDatasetFolder.Write(Root, ["<blank>", "a", "b", "a"], [Train], _options))
            .Should().Throw<HrmFormatException>().WithMessage("*identifiers.json: ?3?: expected different identifiers, got 'a' as at ?1?");
        Directory.GetFileSystemEntries(_folder.Path).Should().BeEmpty();
    }

    [Fact]
    public void Bad_options_and_splits_are_listed_all_at_once()
    {
        Writing().Should().Throw<InvalidConfigException>().WithMessage("*splits: expected at least one, got 0*");
        PuzzleSplit[] splits = [new("a/b", []), new("train", []), new("Train", [])];
        FluentActions.Invoking(() => PuzzleDatasetFolder.Write(Root, ["<blank>"], splits, new PuzzleDatasetOptions { IgnoreLabelId = int.MinValue }))
            .Should().Throw<InvalidConfigException>()
            .Which.Errors.Should().SatisfyRespectively(
                error => error.Should().Be("VocabularySize: expected 1 … 2147483647, got 0"),
                error => error.Should().Be("SequenceLength: expected 1 … 65536, got 0"),
                error => error.Should().StartWith("IgnoreLabelId: expected more than"),
                error => error.Should().StartWith("splits: name: expected different names").And.EndWith("got a/b"),
                error => error.Should().EndWith("got train"),
                error => error.Should().EndWith("got Train"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_source_that_throws_or_a_cancellation_ends_the_write_and_nothing_is_written(bool cancels)
    {
        using var cancellation = new CancellationTokenSource();
        var groups = Enumerable.Range(0, 5000).Select(group => group == 3000 ? End() : SmallDataset.Groups[2]);
        FluentActions.Invoking(() => PuzzleDatasetFolder.Write(Root, SmallDataset.Identifiers, [new("test", SmallDataset.Groups), new("train", groups)], _options, null, cancellation.Token))
            .Should().Throw<Exception>().Which.Should().BeOfType(cancels ? typeof(OperationCanceledException) : typeof(InvalidDataException));
        Directory.GetFileSystemEntries(_folder.Path).Should().BeEmpty();

        PuzzleGroup End()
        {
            cancellation.Cancel();
            return cancels ? SmallDataset.Groups[2] : throw new InvalidDataException("bad source");
        }
    }

    [Fact]
    public void Progress_is_reported_every_1024_groups_and_at_the_end()
    {
        var reports = new ProgressList<int>();
        var groups = Enumerable.Repeat(new PuzzleGroup([[SmallDataset.Example(1, 1), SmallDataset.Example(2, 1)]]), 2500);
        PuzzleDatasetFolder.Write(
            Root, SmallDataset.Identifiers, [new PuzzleSplit("train", groups), new PuzzleSplit("test", SmallDataset.Groups)], SmallDataset.Options, reports);
        reports.Should().Equal(2048, 4096, 5000, 5006);
    }

    [Fact]
    public void A_dataset_is_replaced_only_with_Overwrite_and_as_a_whole()
    {
        SmallDataset.Write(Root, "train", "old");
        Writing(Train).Should().Throw<HrmFileException>().WithMessage("*expected nothing or an empty folder*Overwrite*");
        Directory.Exists(_folder["data", "old"]).Should().BeTrue();

        _options.Overwrite = true;
        Writing(new PuzzleSplit("train", [])).Should().Throw<ShapeMismatchException>();
        Directory.Exists(_folder["data", "old"]).Should().BeTrue("a failed overwrite keeps the old dataset");
        Writing(new PuzzleSplit("train", [SmallDataset.Groups[0]])).Should().NotThrow();
        Directory.GetDirectories(_folder.Path).Should().Equal(Root);
        Directory.GetDirectories(Root).Should().Equal(_folder["data", "train"]);
        using var dataset = PuzzleDatasetFolder.Open(Root, "train");
        dataset.ExampleCount.Should().Be(3);
    }

    [Theory]
    [InlineData("photograph.jpg")]
    [InlineData("identifiers.json")]
    [InlineData("train/notes.txt")]
    [InlineData("train/deeper/all__inputs.npy")]
    [InlineData("train/all__thoughts.npy")]
    [InlineData("data/all__inputs.npy")]
    public void Files_that_do_not_belong_to_a_dataset_are_never_deleted(string file)
    {
        if (file.StartsWith("train/", StringComparison.Ordinal))
        {
            SmallDataset.Write(Root, "train");
        }

        var stranger = Path.Combine(Root, file);
        Directory.CreateDirectory(Path.GetDirectoryName(stranger)!);
        File.WriteAllText(stranger, "[]");
        _options.Overwrite = true;
        Writing(Train).Should().Throw<HrmFileException>().WithMessage("*expected nothing but a dataset, which may be replaced, got *");
        File.ReadAllText(stranger).Should().Be("[]");
    }

    [Fact]
    public void A_file_is_never_replaced()
    {
        File.WriteAllText(Root, "a file");
        _options.Overwrite = true;
        Writing(Train).Should().Throw<HrmFileException>().WithMessage("*expected a folder or nothing, got a file");
    }

    [Fact]
    public void A_dataset_that_appears_during_the_write_is_not_replaced()
    {
        IEnumerable<PuzzleGroup> Groups()
        {
            SmallDataset.Write(Root, "train");
            foreach (var group in SmallDataset.Groups)
            {
                yield return group;
            }
        }

        Writing(new PuzzleSplit("other", Groups())).Should().Throw<HrmFileException>();
        Directory.GetDirectories(Root).Select(Path.GetFileName).Should().Equal("train");
        Directory.GetDirectories(_folder.Path).Should().Equal(Root);
    }

    [Fact]
    public void Parent_folders_are_created_and_an_empty_folder_is_used()
    {
        SmallDataset.Write(_folder["a", "b", "data"], "train");
        PuzzleDatasetFolder.Verify(_folder["a", "b", "data"]);
        Directory.CreateDirectory(Root);
        SmallDataset.Write(Root + Path.DirectorySeparatorChar, "train");
        PuzzleDatasetFolder.Verify(Root);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_link_is_followed_and_kept(bool isThere)
    {
        Directory.CreateDirectory(_folder["disk"]);
        if (isThere)
        {
            SmallDataset.Write(_folder["disk", "data"], "old");
        }

        Directory.CreateSymbolicLink(Root, _folder["disk", "data"]);
        _options.Overwrite = isThere;
        PuzzleDatasetFolder.Write(Root + Path.DirectorySeparatorChar, SmallDataset.Identifiers, [Train], _options);

        new DirectoryInfo(Root).LinkTarget.Should().Be(_folder["disk", "data"]);
        Directory.GetDirectories(_folder["disk", "data"]).Should().Equal(_folder["disk", "data", "train"]);
        Directory.GetFileSystemEntries(_folder["disk"]).Should().Equal(_folder["disk", "data"]);
        Directory.GetFileSystemEntries(_folder.Path).Order().Should().Equal(Root, _folder["disk"]);
    }

    private Action Writing(params PuzzleSplit[] splits)
        => () => PuzzleDatasetFolder.Write(Root, SmallDataset.Identifiers, splits, _options);
}
