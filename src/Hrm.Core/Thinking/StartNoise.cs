using Hrm.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Core;

/// <summary>Gaussian noise on the initial carry of one puzzle; the same for a seed wherever the puzzle stands in a batch.</summary>
internal readonly record struct StartNoise(double Deviation, long Seed)
{
    /// <summary>Adds the noise to a row of a carry, in place.</summary>
    public void AddTo(HrmCarry carry, int row)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator((ulong)Seed);
        Add(carry.High.select(0, row), generator); // [S, D]
        Add(carry.Low.select(0, row), generator); // [S, D]
    }

    /// <summary>Drawn on the CPU in float32: other devices and dtypes draw other values.</summary>
    private void Add(Tensor state, Generator generator)
        => state.PlusInPlace(randn(state.shape, ScalarType.Float32, generator: generator).TimesInPlace(Deviation).to(state.dtype, state.device));
}
