using System.CommandLine;
using System.Globalization;
using Hrm.Fuzz;
using Hrm.Fuzz.Running;
using TorchSharp;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var targetOption = new Option<string[]>("--target") { Description = "A target; may be given again. All by default.", DefaultValueFactory = _ => [.. FuzzTargets.Names] };
targetOption.AcceptOnlyFromAmong([.. FuzzTargets.Names]);
var secondsOption = new Option<double>("--seconds") { Description = "How long each target runs at most.", DefaultValueFactory = _ => 10 };
var inputsOption = new Option<long>("--inputs") { Description = "How many inputs each target gets at most.", DefaultValueFactory = _ => int.MaxValue };
var seedOption = new Option<long>("--seed") { Description = "Of the random numbers.", DefaultValueFactory = _ => 1 };
var firstOption = new Option<long>("--first") { Description = "The number of the first input.", DefaultValueFactory = _ => 0 };
var outputOption = new Option<string>("--output") { Description = "Where inputs that broke something are kept.", DefaultValueFactory = _ => Path.Combine("artifacts", "fuzz") };

var loop = new Command(TargetProcess.Command, "Runs a target in this process.") { Hidden = true };
var root = new RootCommand("Mutates sound files and requests, and reads them: exit code 1 where a parser answers with anything but its documented exceptions.") { loop };
foreach (var command in (Command[])[root, loop])
{
    command.Options.Add(targetOption);
    command.Options.Add(secondsOption);
    command.Options.Add(inputsOption);
    command.Options.Add(seedOption);
    command.Options.Add(firstOption);
    command.Options.Add(outputOption);
}

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
    using var progress = new Progress(Path.Combine(plan.Output, $"{plan.Target}.progress"));
    using var target = FuzzTargets.Create(plan.Target);
    var summary = new InputLoop(plan, target, TimeProvider.System, Console.Out).Run(progress);
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
