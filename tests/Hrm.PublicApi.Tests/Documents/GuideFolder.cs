using Hrm.TestKit;

namespace Hrm.PublicApi.Tests.Documents;

/// <summary>Runs the code of a guide in a temporary current directory, for its relative paths.</summary>
public abstract class GuideFolder : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _before = Environment.CurrentDirectory;

    private protected GuideFolder()
    {
        Environment.CurrentDirectory = _folder.Path;
    }

    public void Dispose()
    {
        Environment.CurrentDirectory = _before;
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }
}
