using System.CommandLine;
using System.Globalization;
using Hrm.Fuzz;
using Hrm.Fuzz.Running;
using TorchSharp;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var targetOption = new Option<string[]>("--target") { Description = "A target; may be repeated. All by default.", DefaultValueFactory = _ => [.. FuzzTargets.Names], Recursive = true };
targetOption.AcceptOnlyFromAmong([.. FuzzTargets.Names]);
var secondsOption = new Option<double>("--seconds") { Description = "The longest time per target.", DefaultValueFactory = _ => 10, Recursive = true };
var inputsOption = new Option<long>("--inputs") { Description = "The largest number of inputs per target.", DefaultValueFactory = _ => int.MaxValue, Recursive = true };
var seedOption = new Option<long>("--seed") { Description = "The seed of the random numbers.", DefaultValueFactory = _ => 1, Recursive = true };
var firstOption = new Option<long>("--first") { Description = "The number of the first input.", Recursive = true };
var outputOption = new Option<string>("--output") { Description = "The folder for inputs that broke something.", DefaultValueFactory = _ => Path.Combine("artifacts", "fuzz"), Recursive = true };

var loop = new Command(TargetProcess.Command, "Runs a target in this process.") { Hidden = true };
var root = new RootCommand("Mutates valid files and requests, and reads them. The exit code is 1 if a parser throws anything but its documented exceptions.")
{
    loop, targetOption, secondsOption, inputsOption, seedOption, firstOption, outputOption,
};
root.SetAction(async result =>
{
    Console.WriteLine(FuzzSummary.Header);
    var isSound = true;
    foreach (var plan in PlansOf(result))
    {
        isSound &= await TargetProcess.RunAsync(plan, Console.Out);
    }

    return isSound ? 0 : 1;
});
loop.SetAction(result =>
{
    torch.set_num_threads(1);
    var plan = PlansOf(result).Single();
    using var target = FuzzTargets.Create(plan.Target);
    var summary = new InputLoop(plan, target, TimeProvider.System, Console.Out).Run();
    Console.WriteLine(summary.ToRow());
    return summary.Failures == 0 ? 0 : 1;
});
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });

IEnumerable<FuzzPlan> PlansOf(ParseResult result) => result.GetValue(targetOption)!.Select(target => new FuzzPlan(
    target,
    result.GetValue(seedOption),
    result.GetValue(firstOption),
    result.GetValue(inputsOption),
    TimeSpan.FromSeconds(result.GetValue(secondsOption)),
    Path.GetFullPath(result.GetValue(outputOption)!)));
