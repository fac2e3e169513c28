using Hrm.Core;
using Hrm.Puzzles;
using Hrm.Samples.QuickStart;
using Xunit.Abstractions;

namespace Hrm.PublicApi.Tests;

public sealed class VotingTests(ITestOutputHelper output)
{
    private const double Learned = 0.15; // The share of exact training rows among those that halt: with all segments a model then solves most, not all.
    private const int Puzzles = 300;

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Votes_over_nine_symmetries_raise_the_accuracy_of_a_model_that_is_not_yet_perfect()
    {
        using var sample = new FourByFour(seed: 1);
        using var stop = new CancellationTokenSource();
        FluentActions.Invoking(() => sample.Train(StopAt(stop), stop.Token)).Should().Throw<OperationCanceledException>();
        using var solver = new HrmSolver(sample.Model, options: new SolverOptions { MaxSegments = sample.MaxSegments, Rule = HaltingRule.Never });

        var alone = await AccuracyAsync(solver, sample.Puzzles.Test, symmetries: 1);
        var voted = await AccuracyAsync(solver, sample.Puzzles.Test, symmetries: 9);

        output.WriteLine($"one answer {alone:P1}, nine votes {voted:P1}");
        alone.Should().BeInRange(0.4, 0.95, "the model has learned, but is not perfect");
        voted.Should().BeGreaterThan(alone + 0.05);
    }

    private static Action<int, Training.MetricAverages> StopAt(CancellationTokenSource stop) => (_, metrics) =>
    {
        if (metrics.ExactAccuracy >= Learned)
        {
            stop.Cancel();
        }
    };

    private static async Task<double> AccuracyAsync(HrmSolver solver, IEnumerable<SudokuPuzzle> puzzles, int symmetries)
    {
        var thinking = new ThinkingSolver(solver, new ThinkingOptions { Symmetries = symmetries }, new SudokuTask(SudokuShape.Four));
        var asked = puzzles.Take(Puzzles).ToArray();
        var answers = await Task.WhenAll(asked.Select(puzzle => thinking.SolveAsync(FourByFour.Sudoku.Encode(puzzle.Question))));
        return asked.Zip(answers).Count(pair => pair.Second.Tokens.AsSpan().SequenceEqual(FourByFour.Sudoku.Encode(pair.First.Answer))) / (double)Puzzles;
    }
}
