using System.Text;
using Microsoft.Net.Http.Headers;

namespace Hrm.Samples.SolverService;

/// <summary>Refuses a body in an encoding that .NET does not decode, which the framework's reader takes for a fault of the program.</summary>
internal sealed class KnownCharset(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type) && type.Charset.HasValue)
        {
            if (Find(HeaderUtilities.UnescapeAsQuotedString(type.Charset).ToString()) is not { } encoding)
            {
                context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
                return Task.CompletedTask;
            }

            // The framework's reader does not know that a parameter may be quoted; an alias may hold characters that have to be.
            type.Charset = encoding.WebName;
            context.Request.ContentType = type.ToString();
        }

        return next(context);
    }

    private static Encoding? Find(string name)
    {
        try
        {
            return Encoding.GetEncoding(name);
        }
        catch (Exception error) when (error is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }
}
