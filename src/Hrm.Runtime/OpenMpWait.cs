using System.Runtime.InteropServices;

namespace Hrm.Runtime;

/// <summary>How long libtorch's OpenMP threads wait in a loop for their next work before they sleep.</summary>
/// <remarks>
/// GNU's OpenMP waits for milliseconds. A waiting thread then holds a core that the thread with work needs, if the machine has other
/// work. A training step of the 4×4 Sudoku model beside two busy processes, on two cores, took 430 ms, with the shorter wait about
/// 100 ms. On a quiet machine both take 25 ms, and sleeping at once costs a quarter more.
/// </remarks>
internal static partial class OpenMpWait
{
    /// <summary>GNU's variable, a number of turns of the loop.</summary>
    public const string Variable = "GOMP_SPINCOUNT";

    /// <summary>The variable of the OpenMP standard, which decides if GNU's is not set.</summary>
    public const string StandardVariable = "OMP_WAIT_POLICY";

    /// <summary>About 50 µs, which covers the time between two operations of a model.</summary>
    public const string Turns = "2000";

    /// <summary>
    /// Shortens the wait unless the environment sets it. It takes effect if libtorch is not loaded yet; child processes do not
    /// inherit it.
    /// </summary>
    public static void Shorten()
    {
        if (!IsSet(Environment.GetEnvironmentVariable))
        {
            _ = SetNative(Variable, Turns, 0);
        }
    }

    /// <summary>Whether the environment sets the wait.</summary>
    internal static bool IsSet(Func<string, string?> environment)
        => !string.IsNullOrEmpty(environment(Variable)) || !string.IsNullOrEmpty(environment(StandardVariable));

    /// <summary>Sets a variable that OpenMP reads: .NET's own variables are a copy that native code does not see.</summary>
    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetNative(string name, string value, int overwrite);
}
