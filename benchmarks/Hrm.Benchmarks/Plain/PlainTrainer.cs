using Hrm.Benchmarks.Workloads;
using Hrm.Core;
using Hrm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Benchmarks.Plain;

/// <summary>The authors' training step: refill halted rows, one segment, target of q_continue, loss, gradient, update.</summary>
internal sealed class PlainTrainer : IDisposable
{
    private readonly PlainModel _model;
    private readonly TrainerOptions _options;
    private readonly Generator _generator;
    private readonly PlainOptimizer _optimizer;
    private readonly CosineSchedule _schedule;
    private readonly CosineSchedule _puzzleSchedule;
    private readonly Tensor[] _average;
    private PlainStates _states;
    private Tensor _steps; // [B]
    private Tensor _halted; // [B]
    private Tensor _inputs; // [B, S]
    private Tensor _labels; // [B, S]
    private Tensor _puzzleIds; // [B]
    private int _step;

    /// <summary>Starts with every row halted. Owns the model, not the generator.</summary>
    public PlainTrainer(PlainModel model, TrainerOptions options, Generator generator, PuzzleBatch first)
    {
        _model = model;
        _options = options;
        _generator = generator;
        _optimizer = new PlainOptimizer(model.Weights.Trained, options.Optimizer);
        _schedule = new CosineSchedule(options.LearningRate, options.WarmupSteps, options.TotalSteps, options.MinLearningRateRatio);
        _puzzleSchedule = new CosineSchedule(options.PuzzleLearningRate, options.WarmupSteps, options.TotalSteps, options.MinLearningRateRatio);
        _average = options.EmaDecay > 0 ? [.. model.Weights.Trained.Select(Copy)] : [];
        using var scope = NewDisposeScope();
        long[] shape = [first.Size, model.Config.TokenCount, model.Config.HiddenSize];
        _states = new PlainStates(Kept(model.Weights["H_init"].expand(shape).clone()), Kept(model.Weights["L_init"].expand(shape).clone()));
        _steps = Kept(zeros([first.Size], ScalarType.Int32, first.Inputs.device));
        _halted = Kept(ones([first.Size], ScalarType.Bool, first.Inputs.device));
        (_inputs, _labels, _puzzleIds) = (Copy(first.Inputs), Copy(first.Labels!), Copy(first.PuzzleIds));
    }

    /// <summary>Takes one step and returns the metrics, [8], float64. The caller owns them.</summary>
    public Tensor Step(PuzzleBatch incoming)
    {
        using var scope = NewDisposeScope();
        Refill(incoming);
        var output = _model.Segment(_states, _inputs, _puzzleIds);
        var steps = _steps + 1; // [B]
        var halted = Halted(output, steps); // [B]
        var target = ContinueTarget(output, steps); // [B]
        var (total, metrics) = PlainLoss.Compute(output, _labels, steps, halted, target);
        (1.0 / _options.GlobalBatchSize * total).backward();
        Replace(ref _steps, steps);
        Replace(ref _halted, halted);
        ReplaceStates(output.States);
        Update();
        return metrics.DetachFromDisposeScope();
    }

    public void Dispose()
    {
        Tensor[] owned = [_states.High, _states.Low, _steps, _halted, _inputs, _labels, _puzzleIds, .. _average];
        Array.ForEach(owned, tensor => tensor.Dispose());
        _optimizer.Dispose();
        _model.Dispose();
    }

    private void Refill(PuzzleBatch incoming)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var rows = _halted.view(-1, 1); // [B, 1]
        var mask = _halted.view(-1, 1, 1); // [B, 1, 1]
        ReplaceStates(new PlainStates(
            where(mask, _model.Weights["H_init"], _states.High), // [B, S, D]
            where(mask, _model.Weights["L_init"], _states.Low))); // [B, S, D]
        Replace(ref _steps, where(_halted, 0, _steps));
        Replace(ref _inputs, where(rows, incoming.Inputs, _inputs));
        Replace(ref _labels, where(rows, incoming.Labels!, _labels));
        Replace(ref _puzzleIds, where(_halted, incoming.PuzzleIds, _puzzleIds));
    }

    private Tensor Halted(PlainOutput output, Tensor steps)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var maximum = _options.Halting.MaxSegments;
        var stops = _options.Halting.Rule == HaltingRule.HaltPositive ? output.QHalt.gt(0) : output.QHalt.gt(output.QContinue); // [B]
        var explores = rand([steps.size(0)], generator: _generator).lt(_options.Halting.ExplorationProbability).to(steps.device); // [B]
        var minimum = explores * randint(2, maximum + 1, [steps.size(0)], ScalarType.Int32, generator: _generator).to(steps.device); // [B]
        return steps.ge(maximum).logical_or(stops).logical_and(steps.ge(minimum)).MoveToOuterDisposeScope(); // [B]
    }

    private Tensor? ContinueTarget(PlainOutput output, Tensor steps)
    {
        if (_options.HaltingLoss == HaltingLossKind.HaltOnly)
        {
            return null;
        }

        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var next = _model.Segment(output.States, _inputs, _puzzleIds);
        var isLast = steps.ge(_options.Halting.MaxSegments); // [B]
        return where(isLast, next.QHalt, maximum(next.QHalt, next.QContinue)).sigmoid().MoveToOuterDisposeScope(); // [B]
    }

    private void Update()
    {
        _step++;
        _optimizer.Step(_schedule.At(_step));
        if (_model.PuzzleRows is { Rows.grad: { } gradient } puzzle)
        {
            PlainSignSgd.Step(_model.Weights["puzzle_emb.weights"], puzzle.Ids, gradient, _puzzleSchedule.At(_step), _options.PuzzleWeightDecay);
        }

        RandomData.ClearGradients(_model.Weights.Trained);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        for (var i = 0; i < _average.Length; i++)
        {
            Replace(ref _average[i], ((1 - _options.EmaDecay) * _model.Weights.Trained[i]) + (_options.EmaDecay * _average[i]));
        }
    }

    private void ReplaceStates(PlainStates states)
    {
        _states.High.Dispose();
        _states.Low.Dispose();
        _states = new PlainStates(Kept(states.High), Kept(states.Low));
    }

    private static void Replace(ref Tensor kept, Tensor value)
    {
        kept.Dispose();
        kept = Kept(value);
    }

    private static Tensor Kept(Tensor value) => value.DetachFromDisposeScope();

    private static Tensor Copy(Tensor value) => value.detach().clone().DetachFromDisposeScope();
}
