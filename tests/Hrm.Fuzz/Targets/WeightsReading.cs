using Hrm.Core;
using TorchSharp;

namespace Hrm.Fuzz.Targets;

/// <summary>Reads all that a source of weights says it has.</summary>
internal static class WeightsReading
{
    /// <returns>The bytes of all tensors together.</returns>
    public static long ReadAll(WeightsFile weights)
    {
        long bytes = 0;
        foreach (var name in weights.Names)
        {
            using var scope = torch.NewDisposeScope();
            var entry = weights.GetEntry(name);
            var tensor = weights.Read(name);
            if (!tensor.shape.SequenceEqual(entry.Shape) || tensor.dtype != entry.Dtype)
            {
                throw new UnexpectedResultException($"a tensor is what its entry says: {entry}");
            }

            bytes += tensor.NumberOfElements * tensor.ElementSize;
        }

        return bytes;
    }
}
