namespace Hrm.Fuzz.Running;

/// <summary>The folder of the current input. Files that did not change since the last input are not written again.</summary>
internal sealed class WorkFolder(string path)
{
    private readonly Dictionary<string, byte[]> _written = new(StringComparer.Ordinal);

    public string Path { get; } = path;

    public void Put(IReadOnlyDictionary<string, byte[]> files)
    {
        foreach (var name in _written.Keys.Except(files.Keys, StringComparer.Ordinal).ToArray())
        {
            File.Delete(System.IO.Path.Combine(Path, name));
            _written.Remove(name);
        }

        foreach (var (name, content) in files)
        {
            var file = System.IO.Path.Combine(Path, name);
            if (!_written.TryGetValue(name, out var before) || !ReferenceEquals(before, content) || !File.Exists(file))
            {
                Directory.CreateDirectory(System.IO.Path.GetDirectoryName(file)!);
                File.WriteAllBytes(file, content);
                _written[name] = content;
            }
        }
    }
}
