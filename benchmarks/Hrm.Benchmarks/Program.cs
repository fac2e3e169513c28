using System.Globalization;
using BenchmarkDotNet.Running;
using Hrm.Benchmarks;
using Hrm.Benchmarks.Commands;
using Hrm.Benchmarks.Reporting;
using TorchSharp;

if (args is ["--help"])
{
    Console.WriteLine(BenchmarkArguments.Usage);
    return 0;
}

var folder = Path.GetFullPath("BenchmarkDotNet.Artifacts");
switch (args)
{
    case [RatiosCommand.Name, .. var rest]:
        if (RatiosArguments.Parse(rest, out var wrong) is { } asked)
        {
            return RatiosCommand.Run(asked.Settings, asked.Only, folder);
        }

        await Console.Error.WriteLineAsync($"{wrong}\n\n{BenchmarkArguments.Usage}");
        return 2;
    case [MemoryCommand.Name]:
        return MemoryCommand.Run(folder);
    case [MemoryCommand.CaseName, .. var memoryCase]:
        return MemoryCommand.RunCase(memoryCase);
    case [ShareCommand.Name]:
        return ShareCommand.Run();
    case [HaltingCommand.Name, var model]:
        return HaltingCommand.Run(model, null);
    case [HaltingCommand.Name, var model, var csv]:
        return HaltingCommand.Run(model, csv);
    case [SingleCommand.Name]:
        return SingleCommand.Run();
    case [SamplerCommand.Name]:
        return SamplerCommand.Run();
}

if (BenchmarkArguments.Parse(args, out var error) is not { } arguments)
{
    await Console.Error.WriteLineAsync($"{error}\n\n{BenchmarkArguments.Usage}");
    return 2;
}

Type[] benchmarks = [typeof(GradientBenchmarks), typeof(TrainingStepBenchmarks), typeof(OptimizerBenchmarks)];
var config = BenchmarkConfig.Create(arguments, folder);
var expected = RunOutcome.Expected(benchmarks, config);
if (expected.Count == 0)
{
    await Console.Error.WriteLineAsync($"--filter: expected a pattern that some benchmark matches, got {string.Join(", ", arguments.Patterns)}");
    return 2;
}

var summaries = BenchmarkRunner.Run(benchmarks, config);
var table = new RatioTable(
    arguments.IsQuick ? "quick" : "full",
    Environment.ProcessorCount,
    torch.get_num_threads(),
    RatioTable.RowsOf(summaries));
var path = Path.Combine(folder, "ratios.json");
table.Write(path);
foreach (var row in table.Rows)
{
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{row.Ratio,6:F2}  {row.Case}: {row.MeasuredMs:F1} ms, baseline {row.BaselineMs:F1} ms"));
}

Console.WriteLine(path);
var missing = RunOutcome.WithoutResult(expected, summaries);
if (missing.Count > 0)
{
    await Console.Error.WriteLineAsync($"No result: {string.Join("; ", missing)}");
    return 1;
}

return 0;
