using System.CommandLine;
using System.Globalization;
using Hrm;
using Hrm.Samples.PuzzleLab;
using Spectre.Console;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var root = new RootCommand("The Hierarchical Reasoning Model from the command line: build datasets, train, evaluate and solve puzzles.")
{
    DataCommand.Create(),
    TrainCommand.Create(),
    EvaluateCommand.Create(),
    SolveCommand.Create(),
    ExportCommand.Create(),
    ReproduceCommand.Create(),
    StepCostCommand.Create(),
};

try
{
    return await root.Parse(args).InvokeAsync(new InvocationConfiguration
    {
        EnableDefaultExceptionHandler = false,

        // Long enough for the step in work, an evaluation's batch and the last checkpoint.
        ProcessTerminationTimeout = TimeSpan.FromMinutes(10),
    });
}
catch (Exception error) when (error is HrmException or LabException)
{
    AnsiConsole.Console.MarkupLineInterpolated($"[red]error:[/] {error.Message}");
    return 1;
}
catch (OperationCanceledException)
{
    AnsiConsole.Console.MarkupLine("[yellow]cancelled[/]");
    return 130;
}
