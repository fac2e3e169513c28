using System.Text.RegularExpressions;
using Hrm.Core;
using Hrm.Puzzles;
using Hrm.PyTorch;
using Hrm.TestKit;
using Hrm.Tool;
using Hrm.Training;
using TorchSharp;

namespace Hrm.PublicApi.Tests.Documents;

/// <summary>The code of docs/migrating.md, and the settings of its tables.</summary>
public sealed partial class MigratingGuideTests : GuideFolder
{
    [Fact]
    public void A_checkpoint_of_the_authors_is_evaluated_on_a_dataset_of_theirs()
    {
        var puzzles = SudokuSplit.Generate(SudokuShape.Nine, trainingPuzzles: 2, testPuzzles: 3, givens: 30, new StatefulRandom(1));
        var task = new SudokuTask();
        PuzzleSplit[] splits = [new("train", Groups(puzzles.Training)), new("test", Groups(puzzles.Test))];
        PuzzleDatasetFolder.Write("data/sudoku", ["<blank>"], splits, new PuzzleDatasetOptions { SequenceLength = 81, VocabularySize = 11 });
        using (var generator = new torch.Generator(1))
        using (var written = new HrmModel(HrmPresets.SudokuExtreme with { HiddenSize = 32, Heads = 2, HighLayers = 1, LowLayers = 1, PuzzleEmbeddingWidth = 32 }, generator))
        {
            AuthorsFiles.Write("checkpoints/sudoku", written, step: 26040);
        }

        // <migrating>
        using var model = AuthorsCheckpoint.Load("checkpoints/sudoku/step_26040", sequenceLength: 81);
        using var test = PuzzleDatasetFolder.Open("data/sudoku", "test");
        var evaluator = new Evaluator(model, 16);
        var averages = evaluator.Evaluate(test, example => Console.WriteLine($"{example.Example}: {example.IsExact}"));
        Console.WriteLine($"{averages.ExactAccuracy:P1} exact of {averages.Count}");
        // </migrating>

        averages.Count.Should().Be(3);
        averages.Segments.Should().Be(16);

        IEnumerable<PuzzleGroup> Groups(IEnumerable<SudokuPuzzle> each) => each.Select(puzzle => PuzzleGroup.Of(task.ToExample(puzzle)));
    }

    [Fact]
    public void Every_setting_of_a_table_can_be_set()
    {
        var settings = File.ReadLines(RepositoryFolder.Combine("docs", "migrating.md")).Where(line => line.StartsWith('|')).SelectMany(row => Setting().Matches(row)).Select(match => match.Groups[1].Value).Distinct().ToArray();

        settings.Should().HaveCountGreaterThan(25);
        settings.Where(setting => !Exists(setting)).Should().BeEmpty();
    }

    private static bool Exists(string setting)
    {
        Type? type = typeof(RunSettings);
        foreach (var key in setting.Split(':'))
        {
            type = type?.GetProperty(key)?.PropertyType;
        }

        return type is not null;
    }

    [GeneratedRegex("`((?:Trainer|Model|Run)(?::[A-Za-z0-9]+)+)")]
    private static partial Regex Setting();
}
