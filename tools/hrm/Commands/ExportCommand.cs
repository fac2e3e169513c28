using System.CommandLine;
using Hrm.Core;
using Hrm.Runtime;
using Spectre.Console;
using TorchSharp;

namespace Hrm.Tool;

/// <summary><c>export</c>: writes the model of a run for solving.</summary>
internal static class ExportCommand
{
    public static Command Create()
    {
        var output = new Option<string>("--output") { Description = "The folder to write the model to.", Required = true };
        var dtype = new Option<string>("--dtype") { Description = "The dtype of the weights.", DefaultValueFactory = _ => "bfloat16" };
        dtype.AcceptOnlyFromAmong("bfloat16", "float32");
        var command = new Command("export", "Write the model of a run with its settings, for solving: without checkpoints, and in bfloat16 half as large.") { CommonOptions.Run, output, dtype };
        command.SetAction(result => Export(
            new RunFolder(result.GetValue(CommonOptions.Run)!),
            new RunFolder(result.GetValue(output)!),
            TorchOptions.ReadDtype(result.GetValue(dtype))!.Value));
        return command;
    }

    private static void Export(RunFolder run, RunFolder output, torch.ScalarType dtype)
    {
        if (Path.GetFullPath(run.Path) == Path.GetFullPath(output.Path))
        {
            throw new UsageException("--output: expected another folder than that of the run, whose weights would lose their precision.");
        }

        TorchRuntime.EnsureLoaded();
        var settings = run.ReadSettings();
        using var model = Architectures.Load(run.Path, settings, torch.CPU, null);
        model.Save(output.Path, dtype);
        output.Save(settings);
        var bytes = new FileInfo(Path.Combine(output.Path, "model.safetensors")).Length;
        AnsiConsole.Console.WriteLine(FormattableString.Invariant($"{output.Path}: {bytes / 1e6:F1} MB of weights"));
    }
}
