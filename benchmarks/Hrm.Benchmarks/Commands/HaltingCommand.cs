using System.CommandLine;
using Hrm.Benchmarks.Workloads;
using Hrm.Core;

namespace Hrm.Benchmarks.Commands;

/// <summary><c>halting MODEL [CSV]</c>: puzzles per second of a trained Sudoku model with and without halting.</summary>
internal sealed class HaltingCommand : DeviceCommand
{
    private readonly Argument<DirectoryInfo> _model = new Argument<DirectoryInfo>("model") { Description = "Folder of a trained model." }.AcceptExistingOnly();
    private readonly Argument<FileInfo?> _csv = new("csv") { Description = "Puzzles; 4×4 puzzles by default.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<int> _batch = new("--batch") { Description = "Rows per batch.", DefaultValueFactory = _ => HaltingComparison.DefaultBatch };
    private readonly Option<int> _segments = new("--segments") { Description = "Maximum number of segments.", DefaultValueFactory = _ => HaltingComparison.DefaultSegments };
    private readonly Option<int> _rounds = new("--rounds") { Description = "Number of rounds.", DefaultValueFactory = _ => 5 };
    private readonly Option<string> _rule = new("--rule") { Description = "Halting policy.", DefaultValueFactory = _ => "continue" };

    public HaltingCommand()
        : base("halting", "Puzzles per second of a trained model with and without halting. Exit code 1 below 2 times, or above 0.5 points lost.")
    {
        _rule.AcceptOnlyFromAmong("continue", "positive", "confident");
        Add(_model);
        Add(_csv);
        Add(_batch);
        Add(_segments);
        Add(_rounds);
        Add(_rule);
    }

    protected override int Run(ParseResult result, DeviceSettings device)
    {
        using var model = HrmModel.Load(result.GetValue(_model)!.FullName, device.Device, device.Dtype);
        var segments = result.GetValue(_segments);
        IHaltingPolicy policy = result.GetValue(_rule) switch
        {
            "positive" => new QValueHalting(rule: HaltingRule.HaltPositive),
            "confident" => new ConfidenceHalting(0.95),
            _ => new QValueHalting(),
        };
        var csv = result.GetValue(_csv)?.FullName;
        var outcome = HaltingComparison.Measure(model, csv, policy, segments, result.GetValue(_batch), result.GetValue(_rounds));
        Console.WriteLine(FormattableString.Invariant($"{outcome.SpeedUp:F2} times as fast: {outcome.Speeds}"));
        Console.WriteLine(FormattableString.Invariant($"{outcome.PointsLost:F2} points lost: {outcome.Accuracies}"));
        device.Write("halting", outcome);
        return outcome is { SpeedUp: >= 2, PointsLost: <= 0.5 } ? 0 : 1;
    }
}
