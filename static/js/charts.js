// Charts work without this file; it adds the crosshair.
