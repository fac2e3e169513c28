using Hrm.Core;
using Spectre.Console;
using TorchSharp;

namespace Hrm.Samples.QuickStart;

/// <summary>Trains the 4×4 model, measures it, shows one of its answers form, saves and loads it.</summary>
internal static class TrainCommand
{
    private const double Confidence = 0.95;

    public static int Run(torch.Device device, torch.ScalarType? dtype)
    {
        var console = AnsiConsole.Console;
        using var sample = new FourByFour(seed: 1, device, dtype);
        console.WriteLine($"A 4×4 Sudoku model with {sample.Model.Config.ParameterCount:N0} parameters, {sample.Puzzles.Training.Count:N0} training puzzles.");

        var elapsed = Train(sample, console);
        var full = sample.Evaluate();
        var sure = sample.Evaluate(new ConfidenceHalting(Confidence));
        var compared = sample.Evaluate(new QValueHalting());
        console.WriteLine($"Trained in {elapsed.TotalSeconds:F1} s. {full.Count:N0} test puzzles, their grids beyond every symmetry of the training grids:");
        console.WriteLine($"  {sample.MaxSegments} segments each                                    {full.ExactAccuracy:P1} exact");
        console.WriteLine($"  until sigmoid(q_halt) ≥ {Confidence}: {sure.Segments:F1} on average        {sure.ExactAccuracy:P1} exact");
        console.WriteLine($"  until q_halt > q_continue, the paper's rule: {compared.Segments:F1}   {compared.ExactAccuracy:P1} exact");
        console.WriteLine();

        var (puzzle, trace) = sample.Demonstrate();
        BoardView.Write(console, FourByFour.Sudoku, puzzle.Question, puzzle.Answer, trace);

        var folder = Path.Combine("runs", "quickstart");
        sample.Model.Save(folder);
        using var loaded = HrmModel.Load(folder, device);
        using var solver = new HrmSolver(loaded, options: new SolverOptions { MaxSegments = sample.MaxSegments, Rule = HaltingRule.Never });
        var again = solver.Solve(FourByFour.Sudoku.Encode(puzzle.Question));
        var isSame = again.Tokens.SequenceEqual(trace[^1].Tokens) && again.QHalt.Equals(trace[^1].QHalt);
        console.WriteLine($"Saved to {folder} and loaded again: the answer is {(isSame ? "the same" : "another one")}.");
        return isSame ? 0 : 1;
    }

    private static TimeSpan Train(FourByFour sample, IAnsiConsole console)
        => console.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(progress =>
            {
                var task = progress.AddTask("training", maxValue: sample.Steps);
                return sample.Train((step, metrics) =>
                {
                    task.Value = step;
                    task.Description = $"training: exact {metrics.ExactAccuracy,5:P0}, segments {metrics.Segments:F1}";
                });
            });
}
