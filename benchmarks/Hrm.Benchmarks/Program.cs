using System.Globalization;
using BenchmarkDotNet.Running;
using Hrm;
using Hrm.Benchmarks;
using Hrm.Benchmarks.Commands;
using Hrm.Benchmarks.Devices;
using Hrm.Benchmarks.Measuring;
using Hrm.Benchmarks.Numbers;
using Hrm.Benchmarks.Reporting;
using Hrm.Benchmarks.Scaling;
using Hrm.Benchmarks.Suites;

if (args is ["--help"])
{
    Console.WriteLine(BenchmarkArguments.Usage);
    return 0;
}

Type[] benchmarks =
[
    typeof(LayerBenchmarks),
    typeof(GradientBenchmarks),
    typeof(TrainingStepBenchmarks),
    typeof(OptimizerBenchmarks),
    typeof(SamplerBenchmarks),
    typeof(SolverBenchmarks),
];
var folder = Path.GetFullPath("BenchmarkDotNet.Artifacts");
try
{
    switch (args)
    {
        case [RatiosCommand.Name, .. var rest]:
            if (RatiosArguments.Parse(rest, out var wrong) is { } asked)
            {
                return RatiosCommand.Run(asked.Settings, asked.Only, folder);
            }

            await Console.Error.WriteLineAsync($"{wrong}\n\n{BenchmarkArguments.Usage}");
            return 2;
        case [MemoryCommand.Name, .. var rest]:
            return MemoryCommand.Run(rest, folder);
        case [MemoryCommand.CaseName, .. var memoryCase]:
            return MemoryCommand.RunCase(memoryCase);
        case [HaltingCommand.Name, .. var rest]:
            return HaltingCommand.Run(rest);
        case [SingleCommand.Name, .. var rest]:
            return SingleCommand.Run(rest);
        case [SelfTestCommand.Name, .. var rest]:
            return SelfTestCommand.Run(rest);
        case [ParityCommand.Name, .. var rest]:
            return ParityCommand.Run(rest);
        case [StepCommand.Name, .. var rest]:
            return StepCommand.Run(rest);
        case [StartupCommand.Name]:
            return StartupCommand.Run();
        case [StartupCommand.CaseName, var what]:
            return StartupCommand.RunCase(what);
        case [PeakCommand.Name, var size, var name]:
            return PeakCommand.Run(benchmarks, BenchmarkConfig.Create(new BenchmarkArguments(size == "quick", []), folder), name);
        case [ScalingCommand.Name]:
            return ScalingCommand.Run(folder, folder);
        case [ScalingCommand.Name, "--images", var images]:
            return ScalingCommand.Run(folder, Path.GetFullPath(images));
        case [ScalingCommand.Name, "--redraw"]:
            return ScalingCommand.Redraw(folder, folder);
        case [ScalingCommand.Name, "--redraw", "--images", var pictures]:
            return ScalingCommand.Redraw(folder, Path.GetFullPath(pictures));
        case [ScalingCommand.CaseName, .. var scalingCase]:
            return ScalingCommand.RunCase(scalingCase);
        case [SamplerCommand.Name]:
            return SamplerCommand.Run();
    }
}
catch (HrmException exception)
{
    await Console.Error.WriteLineAsync(exception.Message);
    return 2;
}

if (BenchmarkArguments.Parse(args, out var error) is not { } arguments)
{
    await Console.Error.WriteLineAsync($"{error}\n\n{BenchmarkArguments.Usage}");
    return 2;
}

var config = BenchmarkConfig.Create(arguments, folder);
var expected = RunOutcome.Expected(benchmarks, config);
if (expected.Count == 0)
{
    await Console.Error.WriteLineAsync($"--filter: expected a pattern that some benchmark matches, got {string.Join(", ", arguments.Patterns)}");
    return 2;
}

var summaries = BenchmarkRunner.Run(benchmarks, config);
var cases = new CaseTable(arguments.IsQuick ? "quick" : "full", MachineState.Now(), CaseTable.RowsOf(summaries));
var path = Path.Combine(folder, "cases.json");
cases.Write(path);
foreach (var row in cases.Rows)
{
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{row.Ratio,6:F2}  {row.Case}: {row.MeasuredMs:F1} ms, {row.Baseline} {row.BaselineMs:F1} ms"));
}

Console.WriteLine(path);
var missing = RunOutcome.WithoutResult(expected, summaries);
if (missing.Count > 0)
{
    await Console.Error.WriteLineAsync($"No result: {string.Join("; ", missing)}");
}

var exitCode = missing.Count > 0 ? 1 : 0;
if (arguments.Patterns.Count > 0)
{
    return exitCode;
}

// The whole run ends with what it is for: start-up, and the numbers that the design holds the library to.
return Math.Max(exitCode, Math.Max(StartupCommand.Run(), RatiosCommand.Run(new NumberSettings(arguments.IsQuick, ModelFolder: null), only: [], folder)));
