using System.CommandLine;
using Hrm.Core;
using Spectre.Console;
using TorchSharp;

namespace Hrm.Tool;

/// <summary><c>export</c>: the model of a run for those who only solve with it.</summary>
internal static class ExportCommand
{
    public static Command Create()
    {
        var run = CommonOptions.Run();
        var output = new Option<string>("--output") { Description = "The folder that takes the model.", Required = true };
        var dtype = new Option<string>("--dtype") { Description = "The dtype of the weights.", DefaultValueFactory = _ => "bfloat16" };
        dtype.AcceptOnlyFromAmong("bfloat16", "float32");
        var shard = new Option<int?>("--shard-mb") { Description = "The most megabytes (10⁶ bytes) of weights in one file; by default one file has them all." };
        var command = new Command("export", "Write the model of a run, with its settings, for solving: without checkpoints, and in bfloat16 half as large.") { run, output, dtype, shard };
        command.SetAction(result => Export(
            new RunFolder(result.GetValue(run)!),
            new RunFolder(result.GetValue(output)!),
            CommonOptions.ReadDtype(result.GetValue(dtype))!.Value,
            result.GetValue(shard)));
        return command;
    }

    private static int Export(RunFolder run, RunFolder output, torch.ScalarType dtype, int? shardMegabytes)
    {
        if (shardMegabytes < 1)
        {
            throw new LabException($"--shard-mb: expected at least 1, got {shardMegabytes}.");
        }

        if (Path.GetFullPath(run.Path) == Path.GetFullPath(output.Path))
        {
            throw new LabException("--output: expected another folder than that of the run, whose weights would lose their precision.");
        }

        var settings = run.ReadSettings();
        using var model = Architectures.Load(run.Path, settings, torch.CPU, null);
        output.Create();
        model.Save(output.Path, dtype, shardMegabytes * 1_000_000L);
        output.Save(settings);
        var bytes = Directory.EnumerateFiles(output.Path, "*.safetensors").Sum(path => new FileInfo(path).Length);
        AnsiConsole.Console.WriteLine(FormattableString.Invariant($"{output.Path}: {bytes / 1e6:F1} MB of weights"));
        return 0;
    }
}
