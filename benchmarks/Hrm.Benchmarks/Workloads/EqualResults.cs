using Hrm.Benchmarks.Plain;
using Hrm.Core;
using Hrm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Benchmarks.Workloads;

/// <summary>Proves that both sides of a training pair compute the same before either is timed.</summary>
/// <remarks>
/// Outputs of a segment, the losses of several steps, and the weights after them, by the norm of the difference over the
/// norm. In bfloat16 the two round at other places; so a workload in bfloat16 is compared in float32 first, tightly.
/// </remarks>
internal static class EqualResults
{
    private const int Steps = 3;
    private const int Losses = 5; // Where the three losses stand among the metrics.

    /// <exception cref="UnequalResultsException">The two differ by more than the dtype explains.</exception>
    public static void Require(TrainingPair pair) => EqualityProofs.Require((pair.Workload.Config, pair.Workload.GradientMode), () =>
    {
        var config = pair.Workload.Config;
        if (config.ForwardDtype != ScalarType.Float32)
        {
            using var wide = new TrainingPair(pair.Workload with { Config = config with { ForwardDtype = ScalarType.Float32 } });
            Require(wide);
        }

        Compare(pair, config.ForwardDtype == ScalarType.Float32 ? Tolerances.Float32 : Tolerances.BFloat16);
    });

    private static void Compare(TrainingPair pair, Tolerances tolerances)
    {
        using var scope = NewDisposeScope();
        CompareSegment(pair, tolerances);
        var before = pair.Model.named_parameters().ToDictionary(entry => entry.name, entry => entry.parameter.detach().clone(), StringComparer.Ordinal);
        for (var step = 1; step <= Steps; step++)
        {
            var library = pair.StepLibrary();
            var plain = pair.StepPlain();
            Closeness.Require($"losses of step {step}", library.narrow(0, Losses, 3), plain.narrow(0, Losses, 3), tolerances.Losses);
        }

        foreach (var (name, parameter) in pair.Model.named_parameters())
        {
            // The change is compared, not the weight, in which a wrong update would drown.
            var start = before[name];
            Closeness.Require($"change of {name}", parameter.detach() - start, pair.Plain.Weights[name].detach() - start, tolerances.Change);
        }
    }

    private static void CompareSegment(TrainingPair pair, Tolerances tolerances)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var carry = pair.Model.InitialCarry(pair.FirstBatch.Size);
        var library = pair.Model.call(carry, pair.FirstBatch);
        var plain = pair.Plain.Segment(new PlainStates(carry.High, carry.Low), pair.FirstBatch.Inputs, pair.FirstBatch.PuzzleIds);
        Closeness.Require("logits", library.Logits, plain.Logits, tolerances.Segment);
        Closeness.Require("q_halt", library.QHalt, plain.QHalt, tolerances.Segment);
        Closeness.Require("q_continue", library.QContinue, plain.QContinue, tolerances.Segment);
        Closeness.Require("zH", library.Carry.High, plain.States.High, tolerances.Segment);
        Closeness.Require("zL", library.Carry.Low, plain.States.Low, tolerances.Segment);
    }

    /// <summary>Relative to the norm: outputs of a segment, losses of a step, change of the weights over the steps.</summary>
    private readonly record struct Tolerances(double Segment, double Losses, double Change)
    {
        public static Tolerances Float32 { get; } = new(1e-4, 1e-4, 1e-2);

        public static Tolerances BFloat16 { get; } = new(5e-2, 1e-2, 0.5);
    }
}
