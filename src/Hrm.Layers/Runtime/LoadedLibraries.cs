using System.Diagnostics;

namespace Hrm.Layers;

/// <summary>The native libraries that are in this process.</summary>
internal static class LoadedLibraries
{
    /// <summary>
    /// The path of the library with this name, or with this name and a longer version
    /// (<c>libstdc++.so.6.0.30</c> for <c>libstdc++.so.6</c>); null where it is not loaded. Linux adds "(deleted)" to the
    /// path of a file that is gone since.
    /// </summary>
    public static string? PathOf(string fileName)
    {
        using var process = Process.GetCurrentProcess();
        return process.Modules.Cast<ProcessModule>()
            .Select(module => module.FileName)
            .FirstOrDefault(path => IsVersionOf(fileName, Path.GetFileName(path)));
    }

    private static bool IsVersionOf(string fileName, string loaded) =>
        loaded.StartsWith(fileName, StringComparison.Ordinal)
        && (loaded.Length == fileName.Length || loaded[fileName.Length] is '.' or ' ');
}
