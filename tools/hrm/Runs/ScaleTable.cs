using System.Globalization;
using Hrm.Core;
using Spectre.Console;

namespace Hrm.Tool;

/// <summary>Measures the share of solved puzzles for several numbers of segments and of votes over symmetries.</summary>
internal sealed class ScaleTable(HrmModel model, ISymmetricTask task, NamedDataset test, int count)
{
    private static readonly int[] Segments = [8, 16, 32, 64];
    private static readonly int[] Votes = [1, 3, 9];

    public async Task WriteAsync(IAnsiConsole console, CancellationToken cancellationToken)
    {
        var examples = Math.Min(count, test.Examples.ExampleCount);

        // Evenly over the dataset, which may be sorted.
        var puzzles = Enumerable.Range(0, examples).Select(index => test.Read((int)((long)index * test.Examples.ExampleCount / examples))).ToArray();
        var table = TaskReport.CreateTable("segments", [.. Votes.Select(votes => Words.Count(votes, "vote"))]);
        using var solver = new HrmSolver(model, options: new SolverOptions { MaxSegments = Segments[0], Rule = HaltingRule.Never, MaxBatchSize = 256, MaxQueueLength = 1 << 20 });
        foreach (var segments in Segments)
        {
            var row = new List<string> { segments.ToString(CultureInfo.InvariantCulture) };
            foreach (var votes in Votes)
            {
                var solved = await CountAsync(solver, new ThinkingOptions { MaxSegments = segments, Symmetries = votes }, puzzles, cancellationToken);
                row.Add($"{100.0 * solved / puzzles.Length:F1} %");
            }

            table.AddRow([.. row]);
        }

        console.WriteLine($"solved of {puzzles.Length:N0} puzzles, without halting:");
        console.Write(table);
    }

    private async Task<int> CountAsync(HrmSolver solver, ThinkingOptions options, (int[] Inputs, int[] Labels)[] puzzles, CancellationToken cancellationToken)
    {
        var thinking = new ThinkingSolver(solver, options, task);
        var answers = await Task.WhenAll(puzzles.Select(puzzle => thinking.SolveAsync(puzzle.Inputs, cancellationToken: cancellationToken)));

        // By the rules of the task: a maze that is rotated and rotated back may get another of its shortest paths.
        return answers.Zip(puzzles).Count(pair => task.IsSolution(pair.Second.Inputs, pair.First.Tokens));
    }
}
