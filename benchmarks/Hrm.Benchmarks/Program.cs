using System.CommandLine;
using BenchmarkDotNet.Running;
using Hrm;
using Hrm.Benchmarks;
using Hrm.Benchmarks.Commands;
using Hrm.Benchmarks.Ratios;

var caseName = new Argument<string>("case");
var startupCase = new Command(StartupRatios.CommandName, "Runs one case of the section startup.") { caseName };
startupCase.Hidden = true;
startupCase.SetAction(result => StartupRatios.RunCase(result.GetValue(caseName)!));
var root = new RootCommand("Measures the library. Without a command the arguments are those of BenchmarkDotNet: --list flat, --filter *Layer* *Gradient*, --job short, …")
{
    new RatiosCommand(),
    new MemoryCommand(),
    new HaltingCommand(),
    new SingleCommand(),
    new SelfTestCommand(),
    new ParityCommand(),
    new StepCommand(),
    new PyTorchCommand(),
    startupCase,
};

if (args is ["--help"] || root.Subcommands.Any(command => args.FirstOrDefault() == command.Name))
{
    try
    {
        return root.Parse(args).Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
    }
    catch (HrmException exception)
    {
        await Console.Error.WriteLineAsync(exception.Message);
        return 1;
    }
}

// BenchmarkDotNet reports success even if a case failed.
var summaries = BenchmarkSwitcher.FromAssembly(typeof(BenchmarkConfig).Assembly).Run(args, BenchmarkConfig.Create()).ToArray();
return summaries.Any(summary => summary.HasCriticalValidationErrors || summary.Reports.Any(report => !report.Success)) ? 1 : 0;
