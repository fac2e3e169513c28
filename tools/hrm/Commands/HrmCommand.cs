using System.CommandLine;

namespace Hrm.Tool;

/// <summary>The whole command line.</summary>
internal static class HrmCommand
{
    public static RootCommand Create() => new($"The Hierarchical Reasoning Model from the command line: build datasets, train, evaluate and solve puzzles.\n\n{CommandLine.ExitCodes}")
    {
        DataCommand.Create(),
        TrainCommand.Create(),
        EvaluateCommand.Create(),
        SolveCommand.Create(),
        ExportCommand.Create(),
    };
}

/// <summary><c>data TASK build|check|show</c>: datasets in the authors' format.</summary>
internal static class DataCommand
{
    public static Command Create() => new("data", "Build, check and show datasets in the authors' format.")
    {
        For(new SudokuToolTask(), SudokuBuildCommand.Create()),
        For(new MazeToolTask(), MazeBuildCommand.Create()),
        For(new ArcToolTask(), ArcBuildCommand.Create()),
    };

    private static Command For(ToolTask task, Command build) => new(task.Name, $"Datasets of {task.Puzzles}.")
    {
        build,
        CheckCommand.Create(task),
        ShowCommand.Create(task),
    };
}
