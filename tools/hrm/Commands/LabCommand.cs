using System.CommandLine;

namespace Hrm.Tool;

/// <summary>The whole command line.</summary>
internal static class LabCommand
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
