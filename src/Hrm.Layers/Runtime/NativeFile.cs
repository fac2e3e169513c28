namespace Hrm.Layers;

/// <summary>Reads a native library into memory, with a bound on its size.</summary>
internal static class NativeFile
{
    // libLibTorchSharp.so and libstdc++ are about 2.4 MB each.
    private const long MaxSize = 256L << 20;

    /// <exception cref="TorchLoadException">The file cannot be read, or is too large to be what it should be.</exception>
    public static byte[] Read(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            if (stream.Length > MaxSize)
            {
                throw new TorchLoadException($"{path}: expected a library of at most {MaxSize} bytes, got {stream.Length}.");
            }

            var content = new byte[stream.Length];
            stream.ReadExactly(content);
            return content;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TorchLoadException($"{path} cannot be read: {e.Message}", e);
        }
    }
}
