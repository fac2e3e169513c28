using TorchSharp.Modules;

namespace Hrm.Training;

/// <summary>An optimizer of TorchSharp, or one of yours with its base class, for instance <c>torch.optim.SGD</c>.</summary>
/// <remarks>
/// <para>
/// Each parameter group keeps its ratio to the schedule: <c>rate = InitialLearningRate · scheduled / base</c>. A checkpoint saves what
/// the optimizer writes with <see cref="OptimizerState.SaveStateDict(BinaryWriter)"/>, and resumes it bit for bit; settings of
/// its groups are not saved. TorchSharp reads that state: resume only from checkpoints that you trust.
/// </para>
/// <para>
/// TorchSharp's optimizers convert numbers to scalars that a garbage collection on another thread may free during the call. Prefer
/// <see cref="AdamW"/>, <see cref="AdamATan2"/>, <see cref="Muon"/>, or a <see cref="ParameterOptimizer"/> of your own, in long runs.
/// </para>
/// </remarks>
public sealed class TorchOptimizer : ParameterOptimizer
{
    private readonly OptimizerHelper _optimizer;
    private readonly double _baseLearningRate;
    private readonly List<OptimizerState> _states; // in the order of the parameters

    /// <summary>Creates the optimizer; it owns the given one.</summary>
    /// <param name="optimizer">Steps without a closure, over parameters that it has been given.</param>
    /// <param name="baseLearningRate">The scheduled learning rate at which groups have their initial one: <see cref="TrainerOptions.LearningRate"/>.</param>
    /// <exception cref="ArgumentException">The optimizer has no parameter, or one twice.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="baseLearningRate"/> is not a finite number above 0.</exception>
    public TorchOptimizer(OptimizerHelper optimizer, double baseLearningRate)
        : base(optimizer?.parameters() ?? throw new ArgumentNullException(nameof(optimizer)))
    {
        if (!double.IsFinite(baseLearningRate) || baseLearningRate <= 0)
        {
            throw new ArgumentOutOfRangeException(nameof(baseLearningRate), baseLearningRate, "expected a finite number above 0");
        }

        _optimizer = optimizer;
        _baseLearningRate = baseLearningRate;
        _states = optimizer.state_dict().State;
    }

    /// <summary>The name of the optimizer in checkpoints.</summary>
    internal string Name => _optimizer.GetType().Name;

    /// <inheritdoc/>
    public override void Step(double learningRate)
    {
        using var scope = NewDisposeScope();
        for (var parameter = 0; parameter < Parameters.Count; parameter++)
        {
            GradientOf(parameter);
        }

        foreach (var group in _optimizer.ParamGroups)
        {
            group.LearningRate = group.InitialLearningRate * (learningRate / _baseLearningRate);
        }

        _optimizer.step();
    }

    /// <summary>The state of a parameter, in TorchSharp's format.</summary>
    internal byte[] GetState(int parameter)
    {
        using var scope = NewDisposeScope();
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        _states[parameter].SaveStateDict(writer);
        writer.Flush();
        return stream.ToArray();
    }

    /// <summary>Replaces the state of a parameter. TorchSharp throws exceptions of many types if it cannot read the bytes.</summary>
    internal void SetState(int parameter, byte[] bytes)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var reader = new BinaryReader(new MemoryStream(bytes));
        _states[parameter].LoadStateDict(reader);
        scope.Detach(scope.DisposablesView.ToArray()); // New tensors of the state.
        if (reader.BaseStream.Position != bytes.Length)
        {
            throw new InvalidDataException($"expected {reader.BaseStream.Position} bytes, got {bytes.Length}");
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _optimizer.Dispose();
        base.Dispose(disposing);
    }
}
