using System.Runtime.InteropServices;

namespace Hrm.Layers;

/// <summary>How long libtorch's OpenMP threads wait in a loop for their next work before they sleep.</summary>
/// <remarks>
/// GNU's OpenMP waits for milliseconds. Where something else wants the core, a thread then holds it while it waits for one
/// that cannot run: a training step of the 4×4 Sudoku model beside two busy processes, on two cores, took 430 ms, with the
/// shorter wait some 100 ms. On a quiet machine both take the same, 25 ms, while sleeping at once costs a quarter more.
/// </remarks>
internal static partial class OpenMpWait
{
    /// <summary>GNU's variable, a number of turns of the loop.</summary>
    public const string Variable = "GOMP_SPINCOUNT";

    /// <summary>The variable of the OpenMP standard, which decides where GNU's is not set.</summary>
    public const string StandardVariable = "OMP_WAIT_POLICY";

    /// <summary>Some 50 µs, which bridges the time between two operations of a model.</summary>
    public const string Turns = "2000";

    /// <summary>
    /// Shortens the wait unless the environment says how long it is to be. It takes effect where libtorch is not in the
    /// process yet; the processes that this one starts do not inherit it.
    /// </summary>
    public static void Shorten() => Shorten(Environment.GetEnvironmentVariable, (name, value) => _ = SetNative(name, value, 0));

    /// <summary>The same with given ways to read and to set variables.</summary>
    internal static void Shorten(Func<string, string?> environment, Action<string, string> setNative)
    {
        if (string.IsNullOrEmpty(environment(Variable)) && string.IsNullOrEmpty(environment(StandardVariable)))
        {
            setNative(Variable, Turns);
        }
    }

    /// <summary>What OpenMP reads; .NET's own variables are a copy that native code does not see.</summary>
    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetNative(string name, string value, int overwrite);
}
