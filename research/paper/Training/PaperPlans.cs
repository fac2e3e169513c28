using Hrm.Core;
using Hrm.Training;

namespace Hrm.Paper;

/// <summary>
/// The models of the paper's comparisons, each a change of a few settings; the other settings are equal, which makes them comparable.
/// </summary>
internal sealed class PaperPlans(ReproduceScale scale)
{
    /// <summary>The paper's model, with adaptive halting at M segments at most.</summary>
    public TrainingPlan Hrm => scale.Hrm;

    /// <summary>z ← f(z + x): the same number of parameters and updates, no hierarchy.</summary>
    public TrainingPlan Recurrent => Hrm.With("recurrent", settings => settings.Architecture = Architecture.Recurrent);

    /// <summary>The same number of parameters, one pass from question to answer.</summary>
    public TrainingPlan Direct => Hrm.With("direct", MakeDirect);

    /// <summary>TRM: one module with twice the layers for both levels, the gradient of the last cycle, and only the halt value learned.</summary>
    public TrainingPlan Tiny => Hrm.With("TRM", settings =>
    {
        settings.Architecture = Architecture.Shared;
        settings.Model = settings.Model with { LowLayers = settings.Model.HighLayers + settings.Model.LowLayers };
        settings.Trainer.GradientMode = GradientMode.LastCycle;
        settings.Trainer.HaltingLoss = HaltingLossKind.HaltOnly;
        settings.Trainer.Halting.Rule = HaltingRule.HaltPositive;
    });

    /// <summary>Back-propagation through every update of a segment.</summary>
    public TrainingPlan Bptt => Hrm.With("HRM, BPTT", settings => settings.Trainer.GradientMode = GradientMode.FullUnroll);

    /// <summary>The gradient of the whole last high cycle.</summary>
    public TrainingPlan LastCycle => Hrm.With("HRM, last cycle", settings => settings.Trainer.GradientMode = GradientMode.LastCycle);

    /// <summary>
    /// The same chain of updates with a loss only at its end: M segments of N cycles become one of N · M, because the carry between
    /// segments is detached anyway.
    /// </summary>
    public TrainingPlan NoDeepSupervision => Hrm.With("HRM, no deep supervision", settings =>
    {
        settings.Model = settings.Model with { HighCycles = settings.Model.HighCycles * settings.Trainer.Halting.MaxSegments };
        settings.Trainer.Halting.MaxSegments = 1;
    });

    /// <summary>A learned gate merges the inputs of the modules.</summary>
    public TrainingPlan Gated => Hrm.With("HRM, gated merge", settings => settings.Model = settings.Model with { Merge = StateMerge.Gated });

    /// <summary>The paper's model with longer cycles.</summary>
    public TrainingPlan LongHrm => Hrm.With($"HRM, N {scale.LongCycles.HighCycles} T {scale.LongCycles.LowCycles}", Lengthen);

    /// <summary>The recurrent model with as many updates as <see cref="LongHrm"/>.</summary>
    public TrainingPlan LongRecurrent => Recurrent.With($"recurrent, {scale.LongCycles.HighCycles * (scale.LongCycles.LowCycles + 1)} updates", Lengthen);

    /// <summary>The paper's model on mazes.</summary>
    public TrainingPlan MazeHrm => scale.MazeHrm;

    /// <summary>The direct model on mazes.</summary>
    public TrainingPlan MazeDirect => MazeHrm.With("direct, mazes", MakeDirect);

    /// <summary>The paper's model and the direct one on the easiest Sudokus.</summary>
    public IEnumerable<TrainingPlan> Easiest => scale.EasiestHrm is { } own ? [own, own.With("direct, easiest", MakeDirect)] : [];

    /// <summary>The paper's model, trained with another M.</summary>
    public TrainingPlan HrmOf(int segments) => segments == scale.MaxSegments ? Hrm : Hrm.With($"HRM, M {segments}", settings => SetSegments(settings, segments));

    /// <summary>The paper's model, trained with always M segments.</summary>
    public TrainingPlan FixedOf(int segments) => HrmOf(segments).With($"HRM, fixed M {segments}", settings => settings.Trainer.Halting.Rule = HaltingRule.Never);

    /// <summary>The recurrent model, trained with another M.</summary>
    public TrainingPlan RecurrentOf(int segments)
        => segments == scale.MaxSegments ? Recurrent : Recurrent.With($"recurrent, M {segments}", settings => SetSegments(settings, segments));

    /// <summary>The direct model with another number of blocks.</summary>
    public TrainingPlan DirectOf(int layers) => Direct.With($"direct, {layers} layers", settings => settings.Model = settings.Model with { HighLayers = layers / 2, LowLayers = layers / 2 });

    /// <summary>A model of another width.</summary>
    public static TrainingPlan WideOf(TrainingPlan plan, int width)
    {
        var own = plan.Create().Model;
        return width == own.HiddenSize ? plan : plan.With($"{plan.Name}, D {width}", settings => settings.Model = own with
        {
            HiddenSize = width,
            Heads = Math.Max(1, own.Heads * width / own.HiddenSize),
            SwiGluInnerWidth = own.SwiGluInnerWidth * width / own.HiddenSize,
            PuzzleEmbeddingWidth = own.PuzzleEmbeddingWidth * width / own.HiddenSize,
        });
    }

    private static void MakeDirect(RunSettings settings)
    {
        settings.Architecture = Architecture.Direct;
        settings.Trainer.Halting.MaxSegments = 1;
    }

    private static void SetSegments(RunSettings settings, int segments) => settings.Trainer.Halting.MaxSegments = segments;

    private void Lengthen(RunSettings settings)
        => settings.Model = settings.Model with { HighCycles = scale.LongCycles.HighCycles, LowCycles = scale.LongCycles.LowCycles };
}
