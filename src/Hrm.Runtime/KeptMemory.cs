using System.Runtime.InteropServices;

namespace Hrm.Runtime;

/// <summary>How much freed memory the process keeps for its next tensors (glibc).</summary>
/// <remarks>
/// glibc soon returns freed memory to the system, and each page of a new tensor then costs an interrupt and is filled with zeros. A
/// training step frees and requests the same memory again: the gradient of the gate at D 512, B 16 took 3.2 ms instead of 0.9.
/// </remarks>
internal static partial class KeptMemory
{
    /// <summary>Bytes that each of glibc's arenas keeps: about the tensors of a block at D 512, B 16, forward and backward.</summary>
    public const int Bytes = 256 << 20;

    /// <summary>Tensors from this size on are always returned: glibc's largest value.</summary>
    private const int LargeTensor = 32 << 20;

    // Numbers of glibc's malloc.h.
    private const int TrimThreshold = -1;
    private const int MapThreshold = -3;

    private static readonly string[] Variables = ["MALLOC_TRIM_THRESHOLD_", "MALLOC_MMAP_THRESHOLD_", "GLIBC_TUNABLES"];

    /// <summary>Keeps more, unless the environment sets it.</summary>
    public static void KeepMore()
    {
        if (IsSet(Environment.GetEnvironmentVariable))
        {
            return;
        }

        try
        {
            _ = SetOption(TrimThreshold, Bytes);
            _ = SetOption(MapThreshold, LargeTensor);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            // Another C library than glibc.
        }
    }

    /// <summary>Whether the environment sets an option of glibc's allocator.</summary>
    internal static bool IsSet(Func<string, string?> environment) => Array.Exists(Variables, name => !string.IsNullOrEmpty(environment(name)));

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetOption(int option, int value);
}
