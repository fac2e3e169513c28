using System.CommandLine;
using Hrm.Training;
using Spectre.Console;

namespace Hrm.Tool;

/// <summary><c>data TASK check</c>: whether a dataset is what its files say, and whether its puzzles keep the rules of the task.</summary>
internal static class CheckCommand
{
    public static Command Create(LabTask task)
    {
        var data = new Option<string>("--data") { Description = "The folder of a dataset.", Required = true };
        var disjoint = new Option<bool>("--disjoint") { Description = "Prove that no test puzzle is a symmetric variant of a training puzzle, too." };
        var command = new Command("check", $"Check a dataset of {task.Puzzles}: its files, and every example. Exit code 3 if it has faults.") { data };
        if (task is not ArcLab)
        {
            command.Add(disjoint);
        }

        command.SetAction((result, cancellationToken) => Task.Run(
            () => IsSound(task, result.GetValue(data)!, task is not ArcLab && result.GetValue(disjoint), cancellationToken) ? 0 : CommandLine.No,
            CancellationToken.None));
        return command;
    }

    private static bool IsSound(LabTask task, string folder, bool disjoint, CancellationToken cancellationToken)
    {
        try
        {
            return new DatasetCheck(task, folder, AnsiConsole.Console).Run(disjoint, cancellationToken);
        }
        catch (DatasetFormatException fault)
        {
            AnsiConsole.Console.WriteLine(fault.Message);
            return false;
        }
    }
}
