using System.CommandLine;
using Hrm.Training;
using Spectre.Console;

namespace Hrm.Paper;

/// <summary>Trains the models of a figure, measures, draws, and writes the report.</summary>
internal static class ReproduceCommand
{
    private const string All = "all";

    private static readonly Argument<string> Name = new("figure") { Description = $"{string.Join(", ", Figure.All.Select(figure => figure.Name))}, or {All}." };
    private static readonly Option<string> Scale = new("--scale") { Description = "cpu: small models for two cores; gpu: the paper's presets on datasets that you built.", DefaultValueFactory = _ => "cpu" };
    private static readonly Option<string> Output = new("--output") { Description = "The folder to write models, numbers, pictures and the report to.", DefaultValueFactory = _ => Path.Combine("runs", "paper") };
    private static readonly Option<int> Seeds = new("--seeds") { Description = "The number of models per kind.", DefaultValueFactory = _ => 3 };
    private static readonly Option<long?> Steps = new("--steps") { Description = "The steps of each training. With --scale cpu 800, 1,600 on mazes; required with --scale gpu." };
    private static readonly Option<string?> Sudoku = new("--sudoku") { Description = "With --scale gpu: the folder of Sudoku-Extreme, as `data sudoku build` writes it." };
    private static readonly Option<string?> Maze = new("--maze") { Description = "With --scale gpu: the folder of Maze-Hard, as `data maze build` writes it." };

    public static RootCommand Create()
    {
        var command = new RootCommand($"Measure the claims of the paper and write a report. A run that was stopped continues when it is started again.\n\n{CommandLine.ExitCodes}")
        {
            Name, Scale, Output, Seeds, Steps, Sudoku, Maze, TorchOptions.Device, TorchOptions.Threads, TorchOptions.Tf32,
            StepCostCommand.Create(),
        };
        command.SetAction((result, cancellationToken) => Task.Run(() => Run(result, cancellationToken), CancellationToken.None));
        return command;
    }

    private static int Run(ParseResult result, CancellationToken cancellation)
    {
        var figures = Choose(result.GetValue(Name)!);
        var root = Path.GetFullPath(result.GetValue(Output)!);
        var device = TorchOptions.Apply(result);
        var scale = ReadScale(result, root);
        var seeds = Enumerable.Range(1, CommonOptions.Require(result, Seeds, 1, 100)).ToArray();
        var console = AnsiConsole.Console;
        var context = new FigureContext
        {
            Scale = scale,
            Seeds = seeds,
            CacheFolder = Path.Combine(root, $"{device.type}".ToLowerInvariant()), // Times of another device are not comparable.
            Folder = root,
            Command = Command(result),
            Device = device,
            Console = console,
            Cancellation = cancellation,
        };
        context.Models.Announce(figures.SelectMany(figure => figure.Plans(scale)), seeds);
        var failed = false;
        foreach (var figure in figures)
        {
            console.MarkupLineInterpolated($"[bold]{figure.Name}[/]: {figure.Title}");
            try
            {
                new ReportFolder(root).Add(figure.Run(context));
            }
            catch (Exception error) when (error is TrainingDivergedException or MeasurementException)
            {
                // Other figures may still succeed.
                CommandLine.Warn($"{figure.Name}: {error.Message}");
                failed = true;
            }
        }

        console.WriteLine($"report in {Path.Combine(root, ReportFolder.ReportName)}");
        return failed ? 1 : 0;
    }

    private static Figure[] Choose(string name)
    {
        var figures = Figure.All.Where(figure => name == All || figure.Name == name).ToArray();
        return figures.Length > 0 ? figures : throw new UsageException($"figure: expected {string.Join(", ", Figure.All.Select(figure => figure.Name))} or {All}, got '{name}'.");
    }

    private static ReproduceScale ReadScale(ParseResult result, string root)
    {
        switch (result.GetValue(Scale))
        {
            case "cpu":
                CommonOptions.RequireAbsent(result, "with --scale cpu", Sudoku, Maze);
                return ReproduceScale.Cpu(Path.Combine(root, "data"), RequireSteps(result));
            case "gpu":
                return ReproduceScale.Gpu(
                    result.GetValue(Sudoku) ?? throw new UsageException("--sudoku: expected the folder of Sudoku-Extreme, as `data sudoku build` writes it."),
                    result.GetValue(Maze) ?? throw new UsageException("--maze: expected the folder of Maze-Hard, as `data maze build` writes it."),
                    RequireSteps(result) ?? throw new UsageException("--steps: expected the steps of each training."));
            case var other:
                throw new UsageException($"--scale: expected cpu or gpu, got '{other}'.");
        }
    }

    private static long? RequireSteps(ParseResult result)
        => result.GetValue(Steps) is not <= 0 ? result.GetValue(Steps) : throw new UsageException("--steps: expected at least 1.");

    private static string Command(ParseResult result)
        => $"dotnet run -c Release --project research/paper -- {string.Join(' ', result.Tokens.Select(token => Quote(token.Value)))}";

    private static string Quote(string value) => value.Contains(' ', StringComparison.Ordinal) ? $"\"{value}\"" : value;
}
