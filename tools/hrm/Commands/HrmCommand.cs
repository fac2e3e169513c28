using System.CommandLine;

namespace Hrm.Tool;

/// <summary>The whole command line.</summary>
internal static class HrmCommand
{
    public static RootCommand Create() => new($"The Hierarchical Reasoning Model from the command line: build datasets, train, evaluate and solve puzzles.\n\n{CommandLine.ExitCodes}")
    {
        PerTask("data", "Build, check and show datasets in the authors' format.", CreateData),
        PerTask("train", "Train a model.", TrainCommand.Create),
        PerTask("compare", "Compare recipes: settings that are trained for equal time.", CompareCommand.Create),
        PerTask("evaluate", "Evaluate a trained model.", EvaluateCommand.Create, ArcScoreCommand.Create()),
        new Command("solve", "Solve puzzles with a trained model.")
        {
            SolveCommand.Create(ToolTask.Of("sudoku")),
            SolveCommand.Create(ToolTask.Of("maze")),
            ArcSolveCommand.Create(),
        },
        ExportCommand.Create(),
    };

    private static Command PerTask(string name, string description, Func<ToolTask, Command> create, params Command[] others)
    {
        var command = new Command(name, description);
        foreach (var subcommand in ToolTask.All.Select(create).Concat(others))
        {
            command.Add(subcommand);
        }

        return command;
    }

    private static Command CreateData(ToolTask task) => new(task.Name, $"Datasets of {task.Puzzles}.")
    {
        task switch
        {
            SudokuToolTask => SudokuBuildCommand.Create(),
            MazeToolTask => MazeBuildCommand.Create(),
            _ => ArcBuildCommand.Create(),
        },
        CheckCommand.Create(task),
        ShowCommand.Create(task),
    };
}
