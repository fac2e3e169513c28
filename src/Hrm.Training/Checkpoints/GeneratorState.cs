using System.Buffers.Binary;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Training;

/// <summary>
/// The saved state of a CPU generator, checked before libtorch sees it: there a state that its Mersenne Twister cannot have
/// ends the process.
/// </summary>
/// <remarks>The layout is libtorch's: seed (8 bytes), left (4), seeded (4), next (8), 624 words of 8 bytes, and the normals.</remarks>
internal static class GeneratorState
{
    private const int Words = 624;
    private const int LeftOffset = 8;
    private const int SeededOffset = 12;
    private const int NextOffset = 16;

    /// <summary>Whether a generator can have the state: one that read on after its last word would read beyond them.</summary>
    public static bool IsValid(Tensor state)
    {
        var bytes = state.bytes;
        var left = BinaryPrimitives.ReadInt32LittleEndian(bytes[LeftOffset..]);
        var next = BinaryPrimitives.ReadUInt64LittleEndian(bytes[NextOffset..]);
        return left is >= 1 and <= Words
            && next <= Words
            && left + (int)next <= Words + 1
            && BinaryPrimitives.ReadInt32LittleEndian(bytes[SeededOffset..]) == 1;
    }
}
