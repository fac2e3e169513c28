using System.CommandLine;
using Hrm.Core;
using Hrm.Runtime;
using Spectre.Console;
using TorchSharp;

namespace Hrm.Tool;

/// <summary><c>export</c>: writes a model for solving.</summary>
internal static class ExportCommand
{
    public static Command Create()
    {
        var output = new Option<string>("--output") { Description = "The folder to write the model to.", Required = true };
        var dtype = new Option<string>("--dtype") { Description = "The dtype of the weights.", DefaultValueFactory = _ => "bfloat16" };
        dtype.AcceptOnlyFromAmong("bfloat16", "float32");
        var length = new Option<int>("--sequence-length") { Description = "The number of tokens per puzzle, only for a checkpoint of the authors' code: 81 for Sudoku, 900 for mazes and ARC." };
        var command = new Command("export", "Write a model with its settings, for solving: without checkpoints, and in bfloat16 half as large.")
        {
            CommonOptions.Model, CommonOptions.Modules, output, dtype, length,
        };
        command.SetAction(result => Export(
            result,
            new RunFolder(result.GetValue(output)!),
            TorchOptions.ReadDtype(result.GetValue(dtype))!.Value,
            result.GetValue(length)));
        return command;
    }

    private static void Export(ParseResult result, RunFolder output, torch.ScalarType dtype, int length)
    {
        if (Path.GetFullPath(result.GetValue(CommonOptions.Model)!) == Path.GetFullPath(output.Path))
        {
            throw new UsageException("--output: expected another folder than that of the model, whose weights would lose their precision.");
        }

        var source = CommonOptions.OpenModel(result);
        if (source.IsOfAuthors != length > 0)
        {
            throw new UsageException(source.IsOfAuthors
                ? "--sequence-length: expected the number of tokens per puzzle, which the files of the authors' code do not have: 81 for Sudoku, 900 for mazes and ARC."
                : "--sequence-length: does nothing without a checkpoint of the authors' code; leave it out.");
        }

        TorchRuntime.EnsureLoaded();
        using var model = source.Load(length, torch.CPU, null);
        model.Save(output.Path, dtype);
        if (source.Run is { } run)
        {
            output.Save(run);
        }

        var bytes = new FileInfo(Path.Combine(output.Path, "model.safetensors")).Length;
        AnsiConsole.Console.WriteLine(FormattableString.Invariant($"{output.Path}: {bytes / 1e6:F1} MB of weights"));
    }
}
