using Hrm.Core;
using Hrm.Puzzles;
using Hrm.TestKit;
using Hrm.Training;
using Spectre.Console;

namespace Hrm.Tool.Tests;

public sealed class DatasetTests : IDisposable
{
    private static readonly ArcPair Pair = new(ArcGrid.Parse("12/30"), ArcGrid.Parse("45/60"));

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>The first is the spelling of TRM's builder. The others are not valid: each id would be a separate task.</summary>
    [Theory]
    [InlineData("|||", true)]
    [InlineData("||", false)]
    [InlineData("#", false)]
    public void Identifiers_of_an_unknown_spelling_are_found(string separator, bool isKnown)
    {
        WriteArc(new ArcPair(ArcGrid.Parse("7"), ArcGrid.Parse("8")));
        var path = _folder["data", "identifiers.json"];
        File.WriteAllText(path, File.ReadAllText(path).Replace("_", separator, StringComparison.Ordinal));

        Check(out var written).Should().Be(isKnown);

        written.Should().Contain(isKnown ? "no fault found" : "expected one task in a group, got a");
        using var test = NamedDataset.Open(_folder["data"], "test");
        ArcTasks.Of(test).Should().HaveCount(isKnown ? 1 : 4);
    }

    [Fact]
    public void A_dataset_without_identifiers_is_checked()
    {
        WriteArc(new ArcPair(ArcGrid.Parse("7"), ArcGrid.Parse("8")));
        File.Delete(_folder["data", "identifiers.json"]);
        Check(out var written).Should().BeTrue();
        written.Should().Contain("no fault found");
    }

    [Fact]
    public void The_report_of_tasks_without_known_outputs_has_no_score()
    {
        WriteArc(new ArcPair(ArcGrid.Parse("7"), null));
        using var test = NamedDataset.Open(_folder["data"], "test");
        var report = new ArcReport(test);

        var written = Written(report.Write);

        written.Should().Contain("1 of 1 tasks have no known outputs and are not scored").And.NotContain("NaN").And.NotContain("solved");
    }

    [Fact]
    public void A_dataset_with_other_puzzle_ids_is_refused()
    {
        WriteArc(new ArcPair(ArcGrid.Parse("7"), ArcGrid.Parse("8")));
        var trained = new RunData();
        using (var training = NamedDataset.Open(_folder["data"], "train"))
        {
            trained.IdentifiersHash = training.IdentifiersHash;
            training.Invoking(it => it.RequireIdsOf(trained, "run")).Should().NotThrow();
        }

        Directory.Delete(_folder["data"], recursive: true);
        WriteArc(new ArcPair(ArcGrid.Parse("7"), ArcGrid.Parse("8")), seed: 2);
        using var rebuilt = NamedDataset.Open(_folder["data"], "test");
        rebuilt.Invoking(it => it.RequireIdsOf(trained, "run")).Should().Throw<UsageException>()
            .WithMessage($"--data: {_folder["data"]}: expected the puzzle ids that run was trained with, identifiers.json with the SHA-256 {trained.IdentifiersHash}, got one with {rebuilt.IdentifiersHash}*");
        rebuilt.Invoking(it => it.RequireIdsOf(new RunData(), "run")).Should().NotThrow("the run did not record its puzzle ids");
    }

    [Fact]
    public void Links_in_a_folder_of_files_are_not_followed()
    {
        Directory.CreateDirectory(_folder["csv", "below"]);
        Directory.CreateDirectory(_folder["elsewhere"]);
        File.WriteAllText(_folder["csv", "a.csv"], "a");
        File.WriteAllText(_folder["csv", "below", "b.csv"], "b");
        File.WriteAllText(_folder["elsewhere", "c.csv"], "c");
        Directory.CreateSymbolicLink(_folder["csv", "again"], ".");
        Directory.CreateSymbolicLink(_folder["csv", "below", "up"], "..");
        Directory.CreateSymbolicLink(_folder["csv", "out"], _folder["elsewhere"]);

        SourceFiles.Find([_folder["csv"]], ".csv").Should().Equal(_folder["csv", "a.csv"], _folder["csv", "below", "b.csv"]);
    }

    [Fact]
    public void A_folder_is_read_to_eight_levels()
    {
        var eighth = Path.Combine([_folder["csv"], .. Enumerable.Repeat("a", 8)]);
        Directory.CreateDirectory(Path.Combine(eighth, "a"));
        File.WriteAllText(Path.Combine(eighth, "b.csv"), "b");
        File.WriteAllText(Path.Combine(eighth, "a", "c.csv"), "c");

        SourceFiles.Find([_folder["csv"]], ".csv").Should().Equal(Path.Combine(eighth, "b.csv"));
    }

    [Fact]
    public void A_folder_of_too_many_files_is_refused()
    {
        Directory.CreateDirectory(_folder["csv"]);
        for (var i = 0; i < 10_000; i++)
        {
            File.WriteAllText(_folder["csv", $"{i}.csv"], string.Empty);
        }

        SourceFiles.Find([_folder["csv"]], ".csv").Should().HaveCount(10_000);
        File.WriteAllText(_folder["csv", "one more.csv"], string.Empty);
        FluentActions.Invoking(() => SourceFiles.Find([_folder["csv"]], ".csv")).Should().Throw<UsageException>().WithMessage("*: expected 1 to 10000 files*got more.");
    }

    private static string Written(Action<IAnsiConsole> write)
    {
        using var text = new StringWriter();
        write(AnsiConsole.Create(new AnsiConsoleSettings { Out = new WideOutput(text) }));
        return text.ToString();
    }

    private void WriteArc(ArcPair test, long seed = 1)
    {
        var dataset = ArcDataset.Build([new ArcTaskSet([new ArcTask("a", [Pair], [test])], isEvaluation: true)], new ArcDatasetOptions { Augmentations = 3, Seed = seed });
        PuzzleDatasetFolder.Write(
            _folder["data"],
            dataset.Identifiers,
            [new PuzzleSplit("train", dataset.Train), new PuzzleSplit("test", dataset.Test)],
            new PuzzleDatasetOptions { SequenceLength = ArcEncoding.SequenceLength, VocabularySize = ArcEncoding.VocabularySize });
    }

    private bool Check(out string written)
    {
        var isSound = false;
        written = Written(console => isSound = new DatasetCheck(ToolTask.Of("arc"), _folder["data"], console).Run(disjoint: false, default));
        return isSound;
    }

    private sealed class WideOutput(TextWriter writer) : IAnsiConsoleOutput
    {
        public TextWriter Writer => writer;

        public bool IsTerminal => false;

        public int Width => 1000;

        public int Height => 100;

        public void SetEncoding(System.Text.Encoding encoding)
        {
        }
    }
}
