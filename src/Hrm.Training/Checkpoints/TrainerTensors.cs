using System.Buffers.Binary;

namespace Hrm.Training;

/// <summary>The state of a trainer besides the model's weights, as named tensors.</summary>
internal static class TrainerTensors
{
    private const string High = "carry.high";
    private const string Low = "carry.low";
    private const string Segments = "carry.segments";
    private const string Halted = "carry.halted";
    private const string Inputs = "carry.inputs";
    private const string Labels = "carry.labels";
    private const string PuzzleIds = "carry.puzzle_ids";
    private const string Steps = "optimizer.steps";
    private const string GeneratorName = "generator";

    private static readonly string[] Loose = [Steps, GeneratorName];
    private static readonly string[] OfCarry = [High, Low, Segments, Halted, Inputs, Labels, PuzzleIds];

    /// <summary>Everything to save; new tensors belong to the caller's scope.</summary>
    public static Dictionary<string, Tensor> Of(HrmTrainer trainer)
    {
        var tensors = LongLived(trainer);
        tensors[Steps] = tensor(trainer.Optimizer.Parts.SelectMany(part => part.StepCounts).ToArray(), ScalarType.Int64); // [parameters]
        foreach (var (name, optimizer, parameter) in TorchStates(trainer))
        {
            tensors[name] = tensor(optimizer.GetState(parameter), ScalarType.Byte); // [bytes]
        }

        tensors[GeneratorName] = trainer.Generator.get_state();
        if (trainer.Carry is { } carry)
        {
            tensors[High] = carry.States.High; // [B, S, D]
            tensors[Low] = carry.States.Low; // [B, S, D]
            tensors[Segments] = carry.Segments; // [B]
            tensors[Halted] = carry.Halted; // [B]
            tensors[Inputs] = carry.Data.Inputs; // [B, seq_len]
            tensors[Labels] = carry.Data.Labels!; // [B, seq_len]
            tensors[PuzzleIds] = carry.Data.PuzzleIds; // [B]
        }

        return tensors;
    }

    /// <summary>Replaces the state of a trainer; changes nothing if the saved state does not fit.</summary>
    /// <exception cref="HrmFormatException">The state is of another optimizer, average or model.</exception>
    /// <exception cref="HrmException">A tensor has another shape or dtype, or a value that a batch cannot have.</exception>
    public static void Restore(HrmTrainer trainer, WeightsFile weights, WeightsFile state, long step)
    {
        using var scope = NewDisposeScope();
        var expected = LongLived(trainer);
        var torchStates = TorchStates(trainer).ToArray();
        string[] names = [.. expected.Keys, .. torchStates.Select(entry => entry.Name), .. Loose, .. state.Contains(High) ? OfCarry : []];
        ModelKeys.RequireSame(state.Path, names, state.Names, "the state of this trainer (optimizer, average, carry)");
        foreach (var (name, value) in expected)
        {
            state.GetEntry(name).RequireFits(value, state.Path);
        }

        var counts = ReadSteps(state, trainer.Optimizer.Parts.Sum(part => part.StepCounts.Length));
        var generator = ReadGenerator(trainer, state);
        var carry = state.Contains(High) ? ReadCarry(trainer.Model, state) : null;
        var earlier = Array.ConvertAll(torchStates, entry => entry.Optimizer.GetState(entry.Parameter));
        try
        {
            Array.ForEach(torchStates, entry => Load(entry, state));
            trainer.Model.LoadWeights(weights);
        }
        catch
        {
            carry?.Dispose();
            foreach (var (entry, bytes) in torchStates.Zip(earlier))
            {
                entry.Optimizer.SetState(entry.Parameter, bytes);
            }

            throw;
        }

        foreach (var (name, value) in expected)
        {
            state.CopyTo(name, value);
        }

        foreach (var part in trainer.Optimizer.Parts)
        {
            counts.AsSpan(0, part.StepCounts.Length).CopyTo(part.StepCounts);
            counts = counts[part.StepCounts.Length..];
        }

        trainer.Generator.set_state(generator);
        trainer.Restore(step, carry);
    }

    /// <summary>The state that stays in the same tensors from the first step to the last: optimizer and average.</summary>
    private static Dictionary<string, Tensor> LongLived(HrmTrainer trainer)
    {
        var names = Names(trainer);
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var part in trainer.Optimizer.Parts)
        {
            foreach (var slot in part.Slots)
            {
                tensors.Add(NameOf(part, slot.Name, slot.Parameter, names), slot.Value);
            }
        }

        if (trainer.Average is { } average)
        {
            foreach (var (parameter, value) in trainer.Model.named_parameters().Zip(average.Values))
            {
                tensors.Add($"average.{parameter.name}", value);
            }
        }

        return tensors;
    }

    /// <summary>The states that TorchSharp writes and reads as bytes.</summary>
    private static IEnumerable<(string Name, TorchOptimizer Optimizer, int Parameter)> TorchStates(HrmTrainer trainer)
    {
        var names = Names(trainer);
        return trainer.Optimizer.Parts.OfType<TorchOptimizer>().SelectMany(part => Enumerable.Range(0, part.Parameters.Count)
            .Select(index => (NameOf(part, part.Name, index, names), part, index)));
    }

    private static void Load((string Name, TorchOptimizer Optimizer, int Parameter) entry, WeightsFile state)
    {
        var bytes = Read(state, entry.Name, ScalarType.Byte, [.. state.GetEntry(entry.Name).Shape]).bytes.ToArray();
        try
        {
            entry.Optimizer.SetState(entry.Parameter, bytes);
        }
        catch (Exception error)
        {
            throw new HrmFormatException($"expected the state of {entry.Optimizer.Name}, got other bytes", state.Path, place: $"tensor {entry.Name}", innerException: error);
        }
    }

    private static Dictionary<nint, string> Names(HrmTrainer trainer)
        => trainer.Model.named_parameters().ToDictionary(entry => entry.parameter.Handle, entry => entry.name);

    private static string NameOf(ParameterOptimizer optimizer, string state, int parameter, Dictionary<nint, string> names)
        => $"optimizer.{state}.{names[optimizer.Parameters[parameter].Handle]}";

    private static long[] ReadSteps(WeightsFile state, int parameters)
    {
        var steps = Read(state, Steps, ScalarType.Int64, parameters).data<long>().ToArray();
        return Array.TrueForAll(steps, count => count >= 0)
            ? steps
            : throw new HrmFormatException($"{Steps}: expected counts of at least 0, got {steps.Min()}", state.Path);
    }

    private static Tensor ReadGenerator(HrmTrainer trainer, WeightsFile state)
    {
        using var present = trainer.Generator.get_state();
        var saved = Read(state, GeneratorName, present.dtype, present.shape);
        return IsMersenneTwister(saved.bytes)
            ? saved
            : throw new HrmFormatException($"{GeneratorName}: expected the state of a Mersenne Twister, got other bytes", state.Path);
    }

    /// <summary>
    /// Checks a generator state before libtorch reads it: a generator that read on after its last word would read beyond them
    /// and end the process. libtorch's layout: seed (8 bytes), left (4), seeded (4), next (8), 624 words of 8 bytes, normals.
    /// </summary>
    private static bool IsMersenneTwister(ReadOnlySpan<byte> state)
    {
        const int Words = 624;
        var left = BinaryPrimitives.ReadInt32LittleEndian(state[8..]);
        var seeded = BinaryPrimitives.ReadInt32LittleEndian(state[12..]);
        var next = BinaryPrimitives.ReadUInt64LittleEndian(state[16..]);
        return left is >= 1 and <= Words && next <= Words && left + (int)next <= Words + 1 && seeded == 1;
    }

    private static TrainingCarry ReadCarry(HrmModel model, WeightsFile state)
    {
        using var scope = NewDisposeScope();
        var shape = state.GetEntry(Inputs).Shape;
        var rows = shape.Count == 2 ? shape[0] : 0;
        if (rows < 1)
        {
            throw new HrmFormatException($"{Inputs}: expected [B, {model.Config.SequenceLength}], got {state.GetEntry(Inputs)}", state.Path);
        }

        long length = model.Config.SequenceLength;
        long[] states = [rows, model.Config.TokenCount, model.Config.HiddenSize];
        var high = Read(state, High, model.Config.ForwardDtype, states); // [B, S, D]
        var low = Read(state, Low, model.Config.ForwardDtype, states); // [B, S, D]
        var segments = Read(state, Segments, ScalarType.Int32, rows); // [B]
        var halted = Read(state, Halted, ScalarType.Bool, rows); // [B]
        var batch = PuzzleBatch.Create(
            Read(state, Inputs, ScalarType.Int32, rows, length).data<int>().ToArray(),
            Read(state, Labels, ScalarType.Int32, rows, length).data<int>().ToArray(),
            Read(state, PuzzleIds, ScalarType.Int32, rows).data<int>().ToArray(),
            model.Config.SequenceLength,
            model.Device);
        return batch.GiveTo(data =>
        {
            data.Limits.RequireWithin(model.Config);
            return new TrainingCarry(new HrmCarry(Own(high), Own(low)), Own(segments), Own(halted), data);
        });

        Tensor Own(Tensor tensor) => tensor.to(model.Device).DetachFromDisposeScope();
    }

    private static Tensor Read(WeightsFile state, string name, ScalarType dtype, params long[] shape)
    {
        var entry = state.GetEntry(name);
        if (entry.Dtype != dtype || !entry.Shape.SequenceEqual(shape))
        {
            throw new HrmFormatException($"{name}: expected {dtype} [{string.Join(", ", shape)}], got {entry}", state.Path);
        }

        return state.Read(name);
    }
}
