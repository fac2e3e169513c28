using System.CommandLine;
using Hrm.Puzzles;
using Spectre.Console;

namespace Hrm.Samples.PuzzleLab;

/// <summary><c>train sudoku</c>.</summary>
internal static class TrainCommand
{
    public static Command Create() => new("train", "Train a model.") { CreateSudoku() };

    private static Command CreateSudoku()
    {
        var train = Files("--train", "Training puzzles: CSV files, separated by commas or given again.");
        var test = Files("--test", "Test puzzles: CSV files, separated by commas or given again.");
        var output = new Option<string>("--output") { Description = "The folder that takes the run.", Required = true };
        var preset = new Option<string>("--preset") { Description = $"Config and training options: {string.Join(", ", LabPresets.Names)}.", DefaultValueFactory = _ => "small" };
        var minutes = new Option<double?>("--minutes") { Description = "Training time, turned into a number of steps once, at the start." };
        var steps = new Option<long?>("--steps") { Description = "The number of steps, in place of --minutes." };
        var config = new Option<string?>("--config") { Description = "A JSON file of settings over the preset." };
        var set = new Option<string[]>("--set") { Description = "A setting over preset and file: KEY=VALUE, for instance Trainer:LearningRate=0.001." };
        var (side, device, threads) = (CommonOptions.Side(), CommonOptions.Device(), CommonOptions.Threads());
        var command = new Command("sudoku", "Train on Sudoku puzzles from CSV files.")
        {
            train, test, output, preset, minutes, steps, config, set, side, device, threads,
        };
        command.SetAction((result, cancellationToken) => Task.Run(
            () =>
            {
                var shape = SudokuFiles.ShapeOf(result.GetValue(side));
                var settings = SettingsReader.Read(
                    LabPresets.Create(result.GetValue(preset)!, shape),
                    result.GetValue(config),
                    result.GetValue(set) ?? []);
                var run = new TrainingRun(
                    settings,
                    SudokuFiles.Read(result.GetValue(train)!, shape),
                    SudokuFiles.Read(result.GetValue(test)!, shape),
                    new RunFolder(result.GetValue(output)!),
                    CommonOptions.Apply(result.GetValue(device)!, result.GetValue(threads)),
                    AnsiConsole.Console);
                run.Plan(result.GetValue(minutes), result.GetValue(steps));
                run.Train(cancellationToken);
                return 0;
            },
            CancellationToken.None));
        return command;
    }

    private static Option<string[]> Files(string name, string description)
        => new(name) { Description = description, Required = true, AllowMultipleArgumentsPerToken = true };
}
