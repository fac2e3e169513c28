using Hrm.Core;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Training;

/// <summary>Looks for where NaN or infinity came from: runs the segment again without gradients, watching every state.</summary>
internal static class DivergenceDiagnosis
{
    private const int Listed = 5;

    public static DivergenceReport Of(HrmModel model, TrainingCarry? carry, long step, MetricSums losses, double? gradientNorm)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var parameters = model.named_parameters().ToArray();
        return new DivergenceReport(
            step,
            losses,
            gradientNorm,
            carry is null ? [] : carry.Data.PuzzleIds.cpu().data<int>().ToArray(),
            carry is null ? [] : Activations(model, carry),
            Worst(parameters.Where(entry => entry.parameter.grad is not null).Select(entry => Measure(entry.name, entry.parameter.grad!))),
            Worst(parameters.Select(entry => Measure(entry.name, entry.parameter))));
    }

    private static List<LargestValue> Activations(HrmModel model, TrainingCarry carry)
    {
        var seen = new List<LargestValue> { Measure("zH at the start", carry.States.High), Measure("zL at the start", carry.States.Low) };
        var watched = model.Recurrence.Updated;
        model.Recurrence.Updated = update => seen.Add(Measure(NameOf(update), update.After));
        try
        {
            var output = model.call(carry.States, carry.Data);
            seen.Add(Measure("logits", output.Logits));
            seen.Add(Measure("q_halt", output.QHalt));
            seen.Add(Measure("q_continue", output.QContinue));
            return seen;
        }
        finally
        {
            model.Recurrence.Updated = watched;
        }
    }

    private static string NameOf(RecurrenceUpdate update) => update.IsHigh
        ? $"zH after cycle {update.Cycle + 1}"
        : $"zL after cycle {update.Cycle + 1}, update {update.Step + 1}";

    private static LargestValue[] Worst(IEnumerable<LargestValue> values)
        => [.. values.OrderByDescending(value => value.NonFinite > 0).ThenByDescending(value => value.Magnitude).Take(Listed)];

    private static LargestValue Measure(string name, Tensor tensor)
    {
        using var scope = NewDisposeScope();
        var isFinite = tensor.isfinite();
        var magnitude = where(isFinite, tensor.detach().to_type(ScalarType.Float64).abs(), zeros(1, ScalarType.Float64, tensor.device)).max().item<double>();
        return new LargestValue(name, magnitude, tensor.numel() - isFinite.sum().item<long>());
    }
}
